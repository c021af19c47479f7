// SPDX-License-Identifier: Apache-2.0
//
// A USB bus that exists only for one command and its children: umockdev shows them a device tree, and what they ask of
// usbfs is answered here. Each device relays the bytes of its bulk pipes to a TCP connection to a running device.
//
//   main.c      command line, the child
//   control.c   the socket by which the child plugs and unplugs devices
//   device.c    device tree, descriptors, plugging
//   usbfs.c     the ioctls of usbfs
//   pipes.c     transfers: packets to URBs and back, faults
//   relay.c     the TCP connection
#pragma once

#include <glib.h>
#include <linux/usbdevice_fs.h>
#include <umockdev.h>

enum { CNXN = 0x4e584e43, HEADER = 24, PAYLOAD_LIMIT = 1 << 20, QUEUE_LIMIT = 4 << 20 };

// How usbfs moves transfers that are larger than 16 KiB.
typedef enum { SCATTER_GATHER, CONTINUATION, SPLIT } UsbfsKind;

// What a device does wrong. Counts are packets; 0 for never.
typedef struct {
    unsigned stall_in;          // the IN pipe halts after so many packets
    unsigned stall_out;         // the OUT pipe halts after so many packets
    unsigned short_out;         // this OUT transfer is taken only in part
    unsigned error_in;          // this IN transfer fails with a protocol error
    unsigned disconnect_after;  // unplugged after so many packets in both directions
    unsigned stale;             // packets of an older session that lie in the IN pipe
    unsigned lose_greetings;    // so many CNXN of the host are lost
    gboolean busy;              // another program has claimed the interface
    gboolean access;            // this user may not open the node
    gboolean driver;            // a kernel driver sits on the interface
} Faults;

// One opened file of the node.
typedef struct Session Session;

// A submitted request.
typedef struct {
    UMockdevIoctlData *data;    // the client's struct usbdevfs_urb
    UMockdevIoctlData *buffer;
    struct usbdevfs_urb *urb;
    gsize filled;
    gsize charged;              // bytes of usbfs memory
} Urb;

typedef struct {
    char *serial;
    char *host;
    char *port;
    char *shape;                // plain, mtp, alternate, fastboot, unreadable, nameless
    char *sysfs;                // /sys/devices/...
    char *node;                 // /dev/bus/usb/001/NNN
    char *node_file;            // where that lies in the test bed
    char *path;                 // 1-N
    guint number;
    guint packet;               // wMaxPacketSize
    guint payload;              // the largest payload that both ends are told of; 0 for theirs
    UsbfsKind kind;
    Faults faults;
    gboolean gone;              // out of the socket; unplugged: the test bed knows as well
    gboolean unplugged;
    GList *sessions;

    // Pipes.
    GQueue in;                  // GBytes: transfers that wait for the host
    gsize in_bytes;
    gsize in_offset;            // bytes taken of the first
    GByteArray *out;            // the OUT transfer under way
    GByteArray *header;         // the header whose payload is awaited
    gboolean halted_in, halted_out;

    // Relay.
    GThread *thread;
    int socket;
    int wake;                   // eventfd
    GByteArray *to_device;
    GByteArray *from_device;    // bytes that are no whole packet yet
    gboolean wants_reset;
    gboolean throttled;
    gboolean quits;

    // What the child can ask for.
    guint packets_in, packets_out, urbs_in, urbs_out, zero_packets, violations, empty_reaps, resets, opened, clears;

    int fifo;                   // full while no URB is done, so that poll() tells the truth
    gboolean fifo_full;
} Device;

struct Session {
    UMockdevIoctlClient *client;  // not owned
    Device *device;
    gboolean claimed;
    GQueue flying;              // Urb: wait for data, or for room
    GQueue done;                // Urb: wait to be reaped
    gsize memory;
    gboolean continuation_broken_in;
};

extern GMutex bus_lock;         // guards all of it
extern UMockdevTestbed *testbed;

// device.c; the lock is not held
Device *device_plug(GHashTable *words, char **problem);
void device_unplug(Device *device);
Device *device_find(const char *serial);
void device_allow(Device *device);
void devices_end(void);
const guint8 *device_string(Device *device, int index, guint8 out[256]);
int adb_interface(Device *device);
guint8 endpoint_in(Device *device);
guint8 endpoint_out(Device *device);

// usbfs.c
void usbfs_attach(Device *device);
void session_finish(Session *session, Urb *urb, int status);

// pipes.c; the lock is held
void pipes_start(Device *device);
gboolean pipes_take(Session *session, Urb *urb);
void pipes_feed(Device *device);
void pipes_received(Device *device, const guint8 *bytes, gsize count);
void pipes_forget(Device *device);
void pipes_ready(Device *device);
void pipes_drained(Device *device);

// relay.c; the lock is held
void relay_start(Device *device);
void relay_send(Device *device, const guint8 *bytes, gsize count);
void relay_wake(Device *device);

// control.c
char *control_start(const char *folder);
void control_end(void);
char *control_answer(const char *line);
