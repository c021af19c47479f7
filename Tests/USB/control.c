// SPDX-License-Identifier: Apache-2.0
//
// How the child plugs devices: lines on a socket, $USB_TESTBED. Each line is a verb and words NAME=VALUE; each answer is
// one line that starts with `ok` or `error`.
//
//   plug serial=S device=HOST:PORT [shape=..] [packet=512] [payload=N]
//        [usbfs=sg|continuation|split] [FAULT[=N]...]
//   unplug serial=S
//   allow serial=S            gives the permissions that `access` took away
//   stats serial=S
#include "testbed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listener = -1;
static int quit[2] = {-1, -1};
static GThread *thread;

static char *stats(Device *device) {
    g_mutex_lock(&bus_lock);
    char *text = g_strdup_printf(
        "ok in=%u out=%u urbs_in=%u urbs_out=%u zero=%u violations=%u empty=%u resets=%u open=%u clears=%u waiting=%zu",
        device->packets_in, device->packets_out, device->urbs_in, device->urbs_out, device->zero_packets,
        device->violations, device->empty_reaps, device->resets, device->opened, device->clears, device->in_bytes
    );
    g_mutex_unlock(&bus_lock);
    return text;
}

char *control_answer(const char *line) {
    char **parts = g_strsplit(line, " ", -1);
    GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 1; parts[0] && parts[i]; i++) {
        char *equals = strchr(parts[i], '=');
        if (equals) *equals++ = 0;
        g_hash_table_replace(words, g_strdup(parts[i]), g_strdup(equals ? equals : ""));
    }
    const char *verb = parts[0] ? parts[0] : "";
    const char *serial = g_hash_table_lookup(words, "serial");
    g_mutex_lock(&bus_lock);
    Device *device = serial ? device_find(serial) : NULL;
    g_mutex_unlock(&bus_lock);
    char *answer = NULL;
    if (strcmp(verb, "plug") == 0) {
        char *problem = NULL;
        device = device_plug(words, &problem);
        answer = device ? g_strdup_printf("ok %s %s", device->path, device->node) : g_strdup_printf("error %s", problem);
        g_free(problem);
    } else if (!device) {
        answer = g_strdup("error there is no such device");
    } else if (strcmp(verb, "unplug") == 0) {
        device_unplug(device);
        answer = g_strdup("ok");
    } else if (strcmp(verb, "allow") == 0) {
        device_allow(device);
        answer = g_strdup("ok");
    } else if (strcmp(verb, "stats") == 0) {
        answer = stats(device);
    } else {
        answer = g_strdup("error there is no such verb");
    }
    g_hash_table_unref(words);
    g_strfreev(parts);
    return answer;
}

static void serve(int fd) {
    FILE *file = fdopen(fd, "r+");
    if (!file) {
        close(fd);
        return;
    }
    char line[1024];
    if (fgets(line, sizeof line, file)) {
        char *answer = control_answer(g_strchomp(line));
        fprintf(file, "%s\n", answer);
        g_free(answer);
    }
    fclose(file);
}

static gpointer run(gpointer argument) {
    (void)argument;
    for (;;) {
        struct pollfd fds[2] = {{listener, POLLIN, 0}, {quit[0], POLLIN, 0}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR) return NULL;
        if (fds[1].revents) return NULL;
        if (!fds[0].revents) continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) serve(fd);
    }
}

// Starts to listen; returns the socket's path, NULL where that does not work.
char *control_start(const char *folder) {
    char *path = g_build_filename(folder, "control", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gboolean works = listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0;
    if (!works || listen(listener, 16) != 0 || pipe2(quit, O_CLOEXEC) != 0) {
        g_free(path);
        return NULL;
    }
    thread = g_thread_new("control", run, NULL);
    return path;
}

void control_end(void) {
    if (!thread) return;
    if (write(quit[1], "", 1) < 0) {}
    g_thread_join(thread);
    close(listener);
}
