// SPDX-License-Identifier: Apache-2.0
//
// The way to the device behind the pipes: one TCP connection that outlives the host's programs, as a cable does. A host
// that dies leaves it as it is, with all that is under way in it.
#include "testbed.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, port, &hints, &found)) return -1;
    int result = -1;
    for (struct addrinfo *a = found; a && result < 0; a = a->ai_next) {
        int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) continue;
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) result = fd;
        else close(fd);
    }
    freeaddrinfo(found);
    if (result < 0) return -1;
    int on = 1;
    setsockopt(result, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(result, F_SETFL, fcntl(result, F_GETFL) | O_NONBLOCK);
    return result;
}

void relay_wake(Device *device) {
    guint64 one = 1;
    if (write(device->wake, &one, sizeof one) < 0) {}
}

void relay_send(Device *device, const guint8 *bytes, gsize count) {
    if (!count) return;
    g_byte_array_append(device->to_device, bytes, count);
    relay_wake(device);
}

static void hang_up(Device *device) {
    if (device->socket >= 0) close(device->socket);
    device->socket = -1;
}

// Writes what waits; false when the connection is gone.
static gboolean flush(Device *device) {
    GByteArray *waiting = device->to_device;
    gsize sent = 0;
    gboolean alive = TRUE;
    while (sent < waiting->len) {
        ssize_t n = send(device->socket, waiting->data + sent, waiting->len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            alive = errno == EAGAIN;
            break;
        }
        sent += n;
    }
    g_byte_array_remove_range(waiting, 0, sent);
    return alive;
}

static gboolean receive(Device *device) {
    static __thread guint8 block[256 << 10];
    ssize_t n = recv(device->socket, block, sizeof block, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return FALSE;
    pipes_received(device, block, n);
    return TRUE;
}

static gpointer run(gpointer argument) {
    Device *device = argument;
    g_mutex_lock(&bus_lock);
    while (!device->quits) {
        if (device->gone && !device->unplugged) {
            hang_up(device);
            pipes_drained(device);
            // Unplugging takes the lock itself.
            g_mutex_unlock(&bus_lock);
            device_unplug(device);
            g_mutex_lock(&bus_lock);
        }
        if (device->wants_reset) {
            device->wants_reset = FALSE;
            device->resets++;
            hang_up(device);
        }
        if (device->socket < 0 && device->to_device->len && !device->gone) {
            g_mutex_unlock(&bus_lock);
            int fd = dial(device->host, device->port);
            g_mutex_lock(&bus_lock);
            device->socket = fd;
            // Nobody is there: what is sent is lost, as it is with a device that hangs.
            if (fd < 0) g_byte_array_set_size(device->to_device, 0);
            continue;
        }
        struct pollfd fds[2] = {{device->wake, POLLIN, 0}, {device->socket, 0, 0}};
        device->throttled = device->in_bytes >= QUEUE_LIMIT;
        if (!device->throttled) fds[1].events |= POLLIN;
        if (device->to_device->len) fds[1].events |= POLLOUT;
        g_mutex_unlock(&bus_lock);
        poll(fds, device->socket >= 0 ? 2 : 1, -1);
        g_mutex_lock(&bus_lock);
        guint64 count;
        if (fds[0].revents && read(device->wake, &count, sizeof count) < 0) {}
        gboolean alive = device->socket >= 0 && !device->wants_reset;
        if (!alive) continue;
        if (fds[1].revents & POLLOUT) {
            alive = flush(device);
            pipes_drained(device);
        }
        if (alive && fds[1].revents & (POLLIN | POLLHUP | POLLERR)) alive = receive(device);
        if (!alive) {
            // The device ended the session; the cable stays, and the next packet finds a new one.
            hang_up(device);
            g_byte_array_set_size(device->from_device, 0);
            g_byte_array_set_size(device->to_device, 0);
            pipes_drained(device);
        }
    }
    hang_up(device);
    g_mutex_unlock(&bus_lock);
    return NULL;
}

void relay_start(Device *device) {
    device->socket = -1;
    device->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    device->to_device = g_byte_array_new();
    device->from_device = g_byte_array_new();
    device->thread = g_thread_new("relay", run, device);
}
