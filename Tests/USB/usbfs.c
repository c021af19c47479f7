// SPDX-License-Identifier: Apache-2.0
//
// What the kernel's usbfs answers to ioctls on a device node: claims, control requests, URBs with their memory limit.
#include "testbed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

// The kernel's usbfs_memory_mb.
enum { MEMORY_LIMIT = 16 << 20, URB_OVERHEAD = 256 };

static void urb_free(Urb *urb) {
    if (urb->buffer) umockdev_ioctl_data_unref(urb->buffer);
    umockdev_ioctl_data_unref(urb->data);
    g_free(urb);
}

// The program behind a file is gone, or has closed it: what it claimed and asked for goes as well.
static void session_end(gpointer argument, GObject *client) {
    Session *session = argument;
    (void)client;
    g_mutex_lock(&bus_lock);
    Device *device = session->device;
    device->sessions = g_list_remove(device->sessions, session);
    device->opened--;
    g_queue_clear_full(&session->flying, (GDestroyNotify)urb_free);
    g_queue_clear_full(&session->done, (GDestroyNotify)urb_free);
    // An OUT transfer that was under way stays half done.
    pipes_ready(device);
    g_mutex_unlock(&bus_lock);
    g_free(session);
}

static Session *session_of(Device *device, UMockdevIoctlClient *client) {
    for (GList *l = device->sessions; l; l = l->next) {
        Session *session = l->data;
        if (session->client == client) return session;
    }
    Session *session = g_new0(Session, 1);
    session->client = client;
    session->device = device;
    device->sessions = g_list_prepend(device->sessions, session);
    device->opened++;
    g_object_weak_ref(G_OBJECT(client), session_end, session);
    return session;
}

// An URB is done; it waits to be reaped.
void session_finish(Session *session, Urb *urb, int status) {
    urb->urb->status = status;
    urb->urb->actual_length = (int)urb->filled;
    g_queue_push_tail(&session->done, urb);
}

// MARK: requests

static int claim(Session *session) {
    Device *device = session->device;
    if (device->gone) return ENODEV;
    if (device->faults.busy || device->faults.driver) return EBUSY;
    for (GList *l = device->sessions; l; l = l->next) {
        Session *other = l->data;
        if (other != session && other->claimed) return EBUSY;
    }
    session->claimed = TRUE;
    return 0;
}

// The kernel takes back what was submitted on an interface that is released.
static void release(Session *session) {
    session->claimed = FALSE;
    while (session->flying.head) {
        Urb *urb = g_queue_pop_head(&session->flying);
        session_finish(session, urb, -ENOENT);
    }
    pipes_ready(session->device);
}

static int get_driver(Session *session, struct usbdevfs_getdriver *out) {
    Device *device = session->device;
    gboolean claimed = device->faults.busy;
    for (GList *l = device->sessions; l; l = l->next) claimed |= ((Session *)l->data)->claimed;
    if (!claimed && !device->faults.driver) return ENODATA;
    g_strlcpy(out->driver, device->faults.driver ? "testdriver" : "usbfs", sizeof out->driver);
    return 0;
}

static void control_request(Session *session, Urb *urb) {
    Device *device = session->device;
    guint8 *setup = urb->buffer->data;
    guint wanted = setup[6] | setup[7] << 8;
    guint8 text[256];
    int status = -EPIPE;
    // GET_DESCRIPTOR of a string is all that is asked for.
    if (setup[0] == 0x80 && setup[1] == 6 && setup[3] == 3 && urb->buffer->data_len >= 8) {
        const guint8 *answer = device_string(device, setup[2], text);
        if (answer) {
            urb->filled = MIN(MIN((guint)answer[0], wanted), (guint)urb->buffer->data_len - 8);
            memcpy(setup + 8, answer, urb->filled);
            status = 0;
        }
    }
    session_finish(session, urb, status);
    pipes_ready(device);
}

static int submit(Session *session, UMockdevIoctlData *data, UMockdevIoctlData *buffer) {
    Device *device = session->device;
    struct usbdevfs_urb *request = (struct usbdevfs_urb *)data->data;
    if (device->gone) return ENODEV;
    if (request->buffer_length < 0) return EINVAL;
    gsize charged = (gsize)request->buffer_length + URB_OVERHEAD;
    if (session->memory + charged > MEMORY_LIMIT) return ENOMEM;
    gboolean bulk = request->type == USBDEVFS_URB_TYPE_BULK;
    if (!bulk && request->type != USBDEVFS_URB_TYPE_CONTROL) return EINVAL;
    if (bulk && !session->claimed) return EINVAL;
    if (bulk && request->endpoint != endpoint_in(device) && request->endpoint != endpoint_out(device)) return ENOENT;
    if (request->buffer_length && !buffer) return EFAULT;
    if (!bulk && request->buffer_length < 8) return EINVAL;
    Urb *urb = g_new0(Urb, 1);
    urb->data = umockdev_ioctl_data_ref(data);
    urb->buffer = buffer ? umockdev_ioctl_data_ref(buffer) : NULL;
    urb->urb = request;
    urb->charged = charged;
    if (!bulk) {
        control_request(session, urb);
    } else if (!pipes_take(session, urb)) {
        urb_free(urb);
        return EREMOTEIO;
    }
    session->memory += charged;
    return 0;
}

static int discard(Session *session, gulong address) {
    for (GList *l = session->flying.head; l; l = l->next) {
        Urb *urb = l->data;
        if (urb->data->client_addr != address) continue;
        g_queue_remove(&session->flying, urb);
        session_finish(session, urb, -ENOENT);
        pipes_ready(session->device);
        return 0;
    }
    return EINVAL;
}

static Urb *reap(Session *session, int *problem) {
    Urb *urb = g_queue_pop_head(&session->done);
    if (urb) {
        session->memory -= urb->charged;
    } else {
        session->device->empty_reaps++;
        *problem = session->device->gone ? ENODEV : EAGAIN;
    }
    pipes_ready(session->device);
    return urb;
}

static int other_ioctl(Session *session, gulong request, gpointer argument) {
    Device *device = session->device;
    if (device->gone) return ENODEV;
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES: {
        guint32 flags = USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_ZERO_PACKET;
        if (device->kind == SCATTER_GATHER) flags |= USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_NO_PACKET_SIZE_LIM;
        if (device->kind != SPLIT) flags |= USBDEVFS_CAP_BULK_CONTINUATION;
        *(guint32 *)argument = flags;
        return 0;
    }
    case USBDEVFS_CLAIMINTERFACE: return claim(session);
    case USBDEVFS_RELEASEINTERFACE: release(session); return 0;
    case USBDEVFS_GETDRIVER: return get_driver(session, argument);
    case USBDEVFS_SETINTERFACE: case USBDEVFS_RESETEP: return 0;
    case USBDEVFS_CLEAR_HALT:
        device->clears++;
        if (*(guint32 *)argument & 0x80) {
            device->halted_in = FALSE;
            device->faults.stall_in = 0;
        } else {
            device->halted_out = FALSE;
            device->faults.stall_out = 0;
        }
        return 0;
    case USBDEVFS_RESET: device->resets++; return 0;
    default: return ENOTTY;
    }
}

static gsize argument_size(gulong request) {
    switch (request) {
    case USBDEVFS_GETDRIVER: return sizeof(struct usbdevfs_getdriver);
    case USBDEVFS_SETINTERFACE: return sizeof(struct usbdevfs_setinterface);
    case USBDEVFS_IOCTL: return sizeof(struct usbdevfs_ioctl);
    case USBDEVFS_RESET: return 0;
    default: return sizeof(guint32);
    }
}

// With USB_TESTBED_TRACE set, each ioctl on stderr.
static gboolean tracing;

static void trace(gulong request, UMockdevIoctlData *data, Urb *reaped, int problem) {
    const char *name = request == USBDEVFS_SUBMITURB ? "submit" : reaped ? "reap" : "ioctl";
    struct usbdevfs_urb *urb = request == USBDEVFS_SUBMITURB && data ? (struct usbdevfs_urb *)data->data
        : reaped ? reaped->urb : NULL;
    fprintf(stderr, "usb-testbed: %s %lx %s", name, request, problem ? g_strerror(problem) : "");
    if (urb) {
        fprintf(stderr, " endpoint %02x, %d of %d bytes, flags %x, status %d", urb->endpoint, urb->actual_length,
                urb->buffer_length, urb->flags, urb->status);
    }
    fputc('\n', stderr);
}

static gboolean handle(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer argument) {
    (void)base;
    Device *device = argument;
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    int problem = 0;
    // Reading the client's memory waits for the client, so it happens before the lock is taken.
    UMockdevIoctlData *data = NULL, *buffer = NULL;
    if (request == USBDEVFS_SUBMITURB) {
        data = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_urb), NULL);
        int length = data ? ((struct usbdevfs_urb *)data->data)->buffer_length : 0;
        if (length > 0 && length <= MEMORY_LIMIT) {
            buffer = umockdev_ioctl_data_resolve(data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), length, NULL);
        }
        if (!data) problem = EFAULT;
    } else if (request != USBDEVFS_REAPURB && request != USBDEVFS_REAPURBNDELAY && request != USBDEVFS_DISCARDURB) {
        gsize size = argument_size(request);
        if (size && !(data = umockdev_ioctl_data_resolve(arg, 0, size, NULL))) problem = EFAULT;
    }

    g_mutex_lock(&bus_lock);
    Session *session = session_of(device, client);
    Urb *reaped = NULL;
    if (problem) {
    } else if (request == USBDEVFS_SUBMITURB) {
        problem = submit(session, data, buffer);
    } else if (request == USBDEVFS_DISCARDURB) {
        problem = discard(session, *(gulong *)arg->data);
    } else if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
        reaped = reap(session, &problem);
    } else if (request == USBDEVFS_IOCTL) {
        struct usbdevfs_ioctl *inner = (struct usbdevfs_ioctl *)data->data;
        if (inner->ioctl_code == (int)USBDEVFS_DISCONNECT && device->faults.driver) device->faults.driver = FALSE;
        else if (inner->ioctl_code != (int)USBDEVFS_CONNECT) problem = ENODATA;
    } else {
        problem = other_ioctl(session, request, data ? data->data : NULL);
    }
    g_mutex_unlock(&bus_lock);
    if (tracing && !(request == USBDEVFS_REAPURBNDELAY && problem == EAGAIN)) trace(request, data, reaped, problem);

    if (reaped) {
        UMockdevIoctlData *target = umockdev_ioctl_data_resolve(arg, 0, sizeof(gpointer), NULL);
        if (target) {
            umockdev_ioctl_data_set_ptr(target, 0, reaped->data);
            umockdev_ioctl_data_unref(target);
        }
    }
    umockdev_ioctl_client_complete(client, problem ? -1 : 0, problem);
    if (reaped) urb_free(reaped);
    if (buffer) umockdev_ioctl_data_unref(buffer);
    if (data) umockdev_ioctl_data_unref(data);
    return TRUE;
}

void usbfs_attach(Device *device) {
    tracing = g_getenv("USB_TESTBED_TRACE") != NULL;
    UMockdevIoctlBase *base = umockdev_ioctl_base_new();
    g_signal_connect_after(base, "handle-ioctl", G_CALLBACK(handle), device);
    GError *error = NULL;
    if (!umockdev_testbed_attach_ioctl(testbed, device->node, base, &error)) {
        g_printerr("usb-testbed: cannot serve %s: %s\n", device->node, error ? error->message : "unknown reason");
        g_clear_error(&error);
    }
}
