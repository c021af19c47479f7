// SPDX-License-Identifier: Apache-2.0
//
// The device tree: descriptors, nodes, and what the host is told when a device comes or goes.
#include "testbed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

GMutex bus_lock;
UMockdevTestbed *testbed;

static GList *devices;
static guint last_number = 1;

static gboolean shaped(Device *device, const char *shape) { return strcmp(device->shape, shape) == 0; }
static gboolean is_second(Device *device) { return shaped(device, "mtp"); }

// The interface that speaks ADB, and its pipes.
int adb_interface(Device *device) { return is_second(device) ? 1 : 0; }
guint8 endpoint_in(Device *device) { return is_second(device) ? 0x83 : 0x81; }
guint8 endpoint_out(Device *device) { return is_second(device) ? 0x02 : 0x01; }

static void add(GString *out, const char *hex) { g_string_append(out, hex); }

static void endpoint(GString *out, guint8 address, guint8 kind, guint packet) {
    g_string_append_printf(out, "0705%02x%02x%02x%02x00", address, kind, packet & 0xff, packet >> 8);
}

static void interface(GString *out, int number, int alternate, int endpoints, const char *class) {
    g_string_append_printf(out, "0904%02x%02x%02x%s04", number, alternate, endpoints, class);
}

// Device and configuration descriptor, as the kernel shows them in sysfs.
static char *descriptors(Device *device) {
    GString *out = g_string_new(NULL);
    int serial = shaped(device, "nameless") ? 0 : 3;
    g_string_append_printf(out, "1201000200000040d118e74e00040102%02x01", serial);
    if (shaped(device, "unreadable")) return g_string_free(out, FALSE);
    GString *body = g_string_new(NULL);
    int interfaces = 1;
    if (is_second(device)) {
        interfaces = 2;
        interface(body, 0, 0, 3, "060101");
        endpoint(body, 0x81, 2, device->packet);
        endpoint(body, 0x01, 2, device->packet);
        endpoint(body, 0x82, 3, 28);
    }
    if (shaped(device, "alternate")) interface(body, 0, 0, 0, "ff4201");
    int alternate = shaped(device, "alternate") ? 1 : 0;
    interface(body, adb_interface(device), alternate, 2, shaped(device, "fastboot") ? "ff4203" : "ff4201");
    endpoint(body, endpoint_out(device), 2, device->packet);
    endpoint(body, endpoint_in(device), 2, device->packet);
    guint length = 9 + (guint)body->len / 2;
    g_string_append_printf(out, "0902%02x%02x%02x010080fa", length & 0xff, length >> 8, interfaces);
    add(out, body->str);
    g_string_free(body, TRUE);
    return g_string_free(out, FALSE);
}

// A string descriptor; NULL where there is none.
const guint8 *device_string(Device *device, int index, guint8 out[256]) {
    const char *texts[] = {NULL, "Test", "Test Phone", device->serial, "ADB Interface"};
    if (index == 0) {
        memcpy(out, "\x04\x03\x09\x04", 4);
        return out;
    }
    if (index < 0 || index > 4) return NULL;
    gsize length = MIN(strlen(texts[index]), 126);
    out[0] = (guint8)(2 + 2 * length);
    out[1] = 3;
    for (gsize i = 0; i < length; i++) {
        out[2 + 2 * i] = (guint8)texts[index][i];
        out[3 + 2 * i] = 0;
    }
    return out;
}

static const char *word(GHashTable *words, const char *name, const char *otherwise) {
    const char *value = g_hash_table_lookup(words, name);
    return value ? value : otherwise;
}

static unsigned number(GHashTable *words, const char *name) {
    return (unsigned)strtoul(word(words, name, "0"), NULL, 10);
}

static Faults faults(GHashTable *words) {
    return (Faults){
        .stall_in = number(words, "stall-in"),
        .stall_out = number(words, "stall-out"),
        .short_out = number(words, "short"),
        .error_in = number(words, "error-in"),
        .disconnect_after = number(words, "disconnect-after"),
        .stale = number(words, "stale"),
        .lose_greetings = number(words, "lose-greetings"),
        .busy = g_hash_table_contains(words, "busy"),
        .access = g_hash_table_contains(words, "access"),
        .driver = g_hash_table_contains(words, "driver"),
    };
}

// The bus itself, which every device hangs on.
static void add_hub(void) {
    static gboolean done;
    if (done) return;
    done = TRUE;
    umockdev_testbed_add_from_string(
        testbed,
        "P: /devices/usb1\nN: bus/usb/001/001\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: BUSNUM=001\nE: DEVNUM=001\n"
        "E: DEVNAME=/dev/bus/usb/001/001\nE: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\n"
        "A: devnum=1\\n\nA: speed=480\\n\n"
        "H: descriptors=12010002090001406b1d020000060302010109021900010100e0000904000001090000000705810304000c\n",
        NULL
    );
}

// A pipe in place of the node: while it is full, poll() says that no URB is done. It is there, with its permissions, before
// the device is: a program that looks in between must not find another one.
static gboolean make_node(Device *device) {
    char *folder = g_path_get_dirname(device->node_file);
    g_mkdir_with_parents(folder, 0755);
    g_free(folder);
    unlink(device->node_file);
    if (mkfifo(device->node_file, 0600) != 0) return FALSE;
    device->fifo = open(device->node_file, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (device->fifo < 0) return FALSE;
    fcntl(device->fifo, F_SETPIPE_SZ, 4096);
    if (device->faults.access) chmod(device->node_file, 0);
    return TRUE;
}

static void add_to_tree(Device *device) {
    char *bytes = descriptors(device);
    // Without a serial number there is no such attribute.
    char *serial = shaped(device, "nameless") ? g_strdup("") : g_strdup_printf("A: serial=%s\\n\n", device->serial);
    char *text = g_strdup_printf(
        "P: /devices/usb1/%s\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: BUSNUM=001\nE: DEVNUM=%03u\n"
        "E: DEVNAME=%s\nE: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=%u\\n\n"
        "A: speed=480\\n\n%sH: descriptors=%s\n",
        device->path, device->number, device->node, device->number, serial, bytes
    );
    GError *error = NULL;
    if (!umockdev_testbed_add_from_string(testbed, text, &error)) {
        g_printerr("usb-testbed: %s\n", error ? error->message : "the device cannot be added");
        g_clear_error(&error);
    }
    g_free(text);
    g_free(serial);
    g_free(bytes);
}

Device *device_find(const char *serial) {
    for (GList *l = devices; l; l = l->next) {
        Device *device = l->data;
        if (!device->unplugged && strcmp(device->serial, serial) == 0) return device;
    }
    return NULL;
}

Device *device_plug(GHashTable *words, char **problem) {
    const char *address = word(words, "device", NULL);
    const char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon) {
        *problem = g_strdup("plug needs device=HOST:PORT");
        return NULL;
    }
    add_hub();
    Device *device = g_new0(Device, 1);
    device->number = ++last_number;
    device->serial = g_strdup(word(words, "serial", "USBTEST0001"));
    device->host = g_strndup(address, (gsize)(colon - address));
    device->port = g_strdup(colon + 1);
    device->shape = g_strdup(word(words, "shape", "plain"));
    device->packet = number(words, "packet") ? number(words, "packet") : 512;
    device->payload = number(words, "payload");
    const char *usbfs = word(words, "usbfs", "sg");
    device->kind = strcmp(usbfs, "continuation") == 0 ? CONTINUATION : strcmp(usbfs, "split") == 0 ? SPLIT : SCATTER_GATHER;
    device->faults = faults(words);
    device->path = g_strdup_printf("1-%u", device->number);
    device->sysfs = g_strdup_printf("/sys/devices/usb1/%s", device->path);
    device->node = g_strdup_printf("/dev/bus/usb/001/%03u", device->number);
    char *root = umockdev_testbed_get_root_dir(testbed);
    device->node_file = g_strconcat(root, device->node, NULL);
    g_free(root);
    device->out = g_byte_array_new();
    device->header = g_byte_array_new();
    g_queue_init(&device->in);
    usbfs_attach(device);
    if (!make_node(device)) {
        *problem = g_strdup_printf("no node: %s", g_strerror(errno));
        return NULL;
    }
    add_to_tree(device);
    g_mutex_lock(&bus_lock);
    pipes_start(device);
    pipes_ready(device);
    devices = g_list_prepend(devices, device);
    g_mutex_unlock(&bus_lock);
    relay_start(device);
    umockdev_testbed_uevent(testbed, device->sysfs, "add");
    return device;
}

// Pulls the plug: what is under way fails, the node goes, and whoever watches is told. The ioctl socket stays, since a
// program may be in the middle of asking.
void device_unplug(Device *device) {
    g_mutex_lock(&bus_lock);
    gboolean known = device->unplugged;
    device->unplugged = device->gone = TRUE;
    pipes_drained(device);
    relay_wake(device);
    g_mutex_unlock(&bus_lock);
    if (known) return;
    umockdev_testbed_uevent(testbed, device->sysfs, "remove");
    unlink(device->node_file);
    umockdev_testbed_remove_device(testbed, device->sysfs);
}

// The node's permissions arrive, as udev sets them a moment after the device.
void device_allow(Device *device) { chmod(device->node_file, 0600); }

void devices_end(void) {
    for (GList *l = devices; l; l = l->next) {
        Device *device = l->data;
        g_mutex_lock(&bus_lock);
        device->quits = TRUE;
        relay_wake(device);
        g_mutex_unlock(&bus_lock);
        g_thread_join(device->thread);
    }
}
