// SPDX-License-Identifier: Apache-2.0
//
// The two bulk pipes, USB packet by USB packet: what an URB gets, when it is done, and what the device makes of what it
// is sent. A transfer ends with a short packet; a read that is not ended by one goes on into the next transfer, as on a
// real bus, and a packet that is larger than what is left of a read is lost.
#include "testbed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static guint32 word(const guint8 *bytes, int index) {
    guint32 value;
    memcpy(&value, bytes + 4 * index, 4);
    return GUINT32_FROM_LE(value);
}

static gboolean is_sound(const guint8 *header) { return word(header, 5) == ~word(header, 0); }

static void queue_in(Device *device, const guint8 *bytes, gsize count) {
    if (!count) return;
    g_queue_push_tail(&device->in, g_bytes_new(bytes, count));
    device->in_bytes += count;
}

// What an older session left: half a payload, then whole packets, among them payloads that fill their last packet.
void pipes_start(Device *device) {
    guint8 *payload = g_malloc(4096);
    for (int i = 0; i < 4096; i++) payload[i] = (guint8)(i * 7 + 1);
    if (device->faults.stale) queue_in(device, payload, 700);
    for (unsigned i = 0; i < device->faults.stale; i++) {
        guint32 length = i % 3 == 0 ? 512 : i % 3 == 1 ? 24 : 1300;
        guint32 fields[6] = {0x45545257, 5, 1, length, 0, ~0x45545257u};
        queue_in(device, (const guint8 *)fields, HEADER);
        queue_in(device, payload, length);
    }
    g_free(payload);
}

// A pipe that is not in use: poll() on the node must not say that something is done.
void pipes_ready(Device *device) {
    gboolean ready = device->gone;
    for (GList *l = device->sessions; l && !ready; l = l->next) ready = ((Session *)l->data)->done.length > 0;
    guint8 page[4096] = {0};
    if (ready && device->fifo_full) {
        device->fifo_full = read(device->fifo, page, sizeof page) < 0;
    } else if (!ready && !device->fifo_full) {
        device->fifo_full = write(device->fifo, page, sizeof page) > 0;
    }
}

// A device that takes less at a time: both greetings say so.
static void limit_payload(Device *device, guint8 *header) {
    if (!device->payload || word(header, 0) != CNXN || word(header, 2) <= device->payload) return;
    guint32 limit = GUINT32_TO_LE(device->payload);
    memcpy(header + 8, &limit, 4);
}

// MARK: device to host

// Moves packets from the IN pipe to one URB; true when the URB is done.
static gboolean fill(Device *device, Urb *urb, int *status) {
    guint8 *target = urb->buffer ? urb->buffer->data : NULL;
    gsize room = (gsize)urb->urb->buffer_length;
    while (device->in.head) {
        GBytes *transfer = device->in.head->data;
        gsize size;
        const guint8 *bytes = g_bytes_get_data(transfer, &size);
        gsize left = size - device->in_offset;
        gsize count = MIN(left, (gsize)device->packet);
        gboolean is_short = count < device->packet;
        gboolean fits = urb->filled + count <= room;
        if (fits) {
            memcpy(target + urb->filled, bytes + device->in_offset, count);
            urb->filled += count;
        }
        device->in_offset += count;
        device->in_bytes -= count;
        if (device->in_offset == size) {
            g_bytes_unref(transfer);
            g_queue_pop_head(&device->in);
            device->in_offset = 0;
        }
        if (!fits) {
            *status = -EOVERFLOW;
            return TRUE;
        }
        *status = 0;
        if (is_short || urb->filled == room) {
            // With this flag a short read is an error, so that the rest of a split read is not filled with what follows.
            if (urb->filled < room && (urb->urb->flags & USBDEVFS_URB_SHORT_NOT_OK)) *status = -EREMOTEIO;
            return TRUE;
        }
    }
    return FALSE;
}

static Urb *next_in(Session *session) {
    for (GList *l = session->flying.head; l; l = l->next) {
        Urb *urb = l->data;
        if (urb->urb->endpoint & 0x80) return urb;
    }
    return NULL;
}

static void complete(Session *session, Urb *urb, int status) {
    g_queue_remove(&session->flying, urb);
    session_finish(session, urb, status);
}

// The kernel takes the rest of a split read back when a part of it came short.
static void break_continuation(Session *session) {
    session->continuation_broken_in = TRUE;
    Urb *urb;
    while ((urb = next_in(session)) && (urb->urb->flags & USBDEVFS_URB_BULK_CONTINUATION)) {
        complete(session, urb, -ECONNRESET);
    }
}

// Gives what has come to whoever waits for it.
void pipes_feed(Device *device) {
    for (GList *l = device->sessions; l; l = l->next) {
        Session *session = l->data;
        if (!session->claimed) continue;
        Urb *urb;
        while ((urb = next_in(session))) {
            if (device->gone) {
                complete(session, urb, -ESHUTDOWN);
                continue;
            }
            if (device->halted_in) {
                complete(session, urb, -EPIPE);
                continue;
            }
            int status = 0;
            if (!fill(device, urb, &status)) break;
            device->urbs_in++;
            if (device->faults.error_in && device->urbs_in == device->faults.error_in) status = -EPROTO;
            complete(session, urb, status);
            if (status == -EREMOTEIO) break_continuation(session);
        }
    }
    if (device->throttled && device->in_bytes < QUEUE_LIMIT) relay_wake(device);
    pipes_ready(device);
}

static void count_packet(Device *device, gboolean in) {
    guint count = in ? ++device->packets_in : ++device->packets_out;
    Faults *faults = &device->faults;
    if (in && faults->stall_in && count == faults->stall_in) device->halted_in = TRUE;
    if (!in && faults->stall_out && count == faults->stall_out) device->halted_out = TRUE;
    if (faults->disconnect_after && device->packets_in + device->packets_out == faults->disconnect_after) {
        device->gone = TRUE;
        relay_wake(device);
    }
}

// Bytes from the device: header and payload become transfers of their own, never merged.
void pipes_received(Device *device, const guint8 *bytes, gsize count) {
    GByteArray *all = g_byte_array_append(device->from_device, bytes, count);
    gsize used = 0;
    while (all->len - used >= HEADER) {
        guint32 length = word(all->data + used, 3);
        if (!is_sound(all->data + used) || length > PAYLOAD_LIMIT) {
            fprintf(stderr, "usb-testbed: the device sent what is no packet\n");
            device->violations++;
            used = all->len;
            break;
        }
        if (all->len - used < HEADER + length) break;
        count_packet(device, TRUE);
        limit_payload(device, all->data + used);
        queue_in(device, all->data + used, HEADER);
        queue_in(device, all->data + used + HEADER, length);
        used += HEADER + length;
    }
    g_byte_array_remove_range(all, 0, used);
    pipes_feed(device);
}

// MARK: host to device

// The device gives up a session whose packets it cannot follow: what is under way is lost, the connection starts anew.
static void lose_track(Device *device, const char *why) {
    fprintf(stderr, "usb-testbed: %s: the device starts anew: %s\n", device->serial, why);
    device->violations++;
    g_byte_array_set_size(device->header, 0);
    pipes_forget(device);
    device->wants_reset = TRUE;
    relay_wake(device);
}

static void forward(Device *device, guint8 *header, const guint8 *payload, gsize length) {
    count_packet(device, FALSE);
    if (device->gone) return;
    if (word(header, 0) == CNXN && device->faults.lose_greetings) {
        device->faults.lose_greetings--;
        return;
    }
    limit_payload(device, header);
    relay_send(device, header, HEADER);
    relay_send(device, payload, length);
}

// The host has ended a transfer.
static void take_transfer(Device *device) {
    GByteArray *out = device->out;
    if (device->header->len == 0) {
        if (out->len != HEADER) {
            char why[80];
            g_snprintf(why, sizeof why, "a transfer of %u bytes where a header belongs", out->len);
            lose_track(device, why);
        } else if (!is_sound(out->data) || word(out->data, 3) > PAYLOAD_LIMIT) {
            lose_track(device, "a header that is none");
        } else if (word(out->data, 3) == 0) {
            forward(device, out->data, NULL, 0);
        } else {
            g_byte_array_append(device->header, out->data, HEADER);
        }
    } else {
        if (out->len != word(device->header->data, 3)) {
            lose_track(device, "a payload of another length than its header says");
        } else {
            forward(device, device->header->data, out->data, out->len);
        }
        g_byte_array_set_size(device->header, 0);
    }
    g_byte_array_set_size(out, 0);
}

// Takes an OUT URB; true when it is done, false when it has to wait for room.
static gboolean take_out(Session *session, Urb *urb, int *status) {
    Device *device = session->device;
    gsize count = (gsize)urb->urb->buffer_length;
    *status = 0;
    if (device->halted_out) {
        *status = -EPIPE;
        return TRUE;
    }
    if (device->to_device->len > QUEUE_LIMIT) return FALSE;
    device->urbs_out++;
    urb->filled = count;
    if (device->faults.short_out && device->urbs_out == device->faults.short_out) {
        urb->filled = count / 2;
        return TRUE;
    }
    if (count) g_byte_array_append(device->out, urb->buffer->data, count);
    gboolean zero = urb->urb->flags & USBDEVFS_URB_ZERO_PACKET;
    if (count == 0 || (zero && count % device->packet == 0)) device->zero_packets++;
    // A transfer goes on until a packet that is not full.
    if (count % device->packet == 0 && count != 0 && !zero) {
        if (device->out->len > PAYLOAD_LIMIT + device->packet) lose_track(device, "a transfer without end");
        return TRUE;
    }
    take_transfer(device);
    return TRUE;
}

// Takes a bulk URB that was just submitted.
gboolean pipes_take(Session *session, Urb *urb) {
    Device *device = session->device;
    if (urb->urb->endpoint & 0x80) {
        if (urb->urb->flags & USBDEVFS_URB_BULK_CONTINUATION) {
            if (session->continuation_broken_in) return FALSE;
        } else {
            session->continuation_broken_in = FALSE;
        }
        g_queue_push_tail(&session->flying, urb);
        pipes_feed(device);
        return TRUE;
    }
    g_queue_push_tail(&session->flying, urb);
    pipes_drained(device);
    return TRUE;
}

// There is room towards the device: OUT URBs that waited go on, in order.
void pipes_drained(Device *device) {
    for (GList *l = device->sessions; l; l = l->next) {
        Session *session = l->data;
        GList *next;
        for (GList *u = session->flying.head; u; u = next) {
            next = u->next;
            Urb *urb = u->data;
            if (urb->urb->endpoint & 0x80) continue;
            int status = -ESHUTDOWN;
            if (!device->gone && !take_out(session, urb, &status)) break;
            complete(session, urb, status);
        }
    }
    pipes_feed(device);
}

// Drops what is under way in both pipes.
void pipes_forget(Device *device) {
    g_queue_clear_full(&device->in, (GDestroyNotify)g_bytes_unref);
    device->in_bytes = device->in_offset = 0;
    g_byte_array_set_size(device->out, 0);
    g_byte_array_set_size(device->from_device, 0);
    g_byte_array_set_size(device->to_device, 0);
}
