// SPDX-License-Identifier: Apache-2.0
//
//   usb-testbed [--unprivileged] [--device HOST:PORT] [--serial S] [--shape SHAPE] [--usbfs KIND]
//               [--packet N] [--payload N] [--fault NAME[=N]]... -- COMMAND...
//
// Runs a command on a machine whose only USB devices are the ones of this test bed, and ends with its exit code. With
// --device one is plugged in from the start; the command plugs others through the socket $USB_TESTBED (control.c).
#include "testbed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#define PRELOAD "libumockdev-preload.so.0"

static pid_t child;

static void pass_on(int number) {
    if (child > 0) kill(child, number);
}

// A child that dies in the middle of an ioctl is nothing to report.
static void log_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)data;
    if (!strstr(message, "Destroying IoctlClient with open stream")) g_log_default_handler(domain, level, message, NULL);
}

// umockdev tells the programs of devices through a socket of each, and aborts where one is closed between its look at it
// and its message. A program that has gone need not be told; this stands in front of the C library's.
ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    ssize_t sent = syscall(SYS_sendmsg, socket, message, flags);
    if (sent >= 0 || (errno != ECONNREFUSED && errno != EPIPE && errno != ENOTCONN)) return sent;
    sent = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) sent += message->msg_iov[i].iov_len;
    return sent;
}

static int usage(const char *why) {
    fprintf(stderr,
            "usb-testbed: %s\n"
            "usage: usb-testbed [--unprivileged] [--device HOST:PORT] [--serial S]\n"
            "                   [--shape plain|mtp|alternate|fastboot|unreadable|nameless]\n"
            "                   [--usbfs sg|continuation|split] [--packet N] [--payload N] [--fault NAME[=N]]... -- COMMAND...\n"
            "faults: stall-in stall-out short error-in disconnect-after stale lose-greetings (=N), busy access driver\n",
            why);
    return 2;
}

// Root opens every file, so `access` would have no effect on it; with --unprivileged it has.
static void start_child(char **command, gboolean unprivileged) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (unprivileged) {
        prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
        prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
    }
    execvp(command[0], command);
    fprintf(stderr, "usb-testbed: cannot run %s: %s\n", command[0], g_strerror(errno));
    _exit(127);
}

int main(int count, char **arguments) {
    GString *plug = g_string_new("plug");
    gboolean has_device = FALSE, unprivileged = FALSE;
    int i = 1;
    if (i < count && strcmp(arguments[i], "--unprivileged") == 0) {
        unprivileged = TRUE;
        i++;
    }
    for (; i < count && strcmp(arguments[i], "--") != 0; i += 2) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (!value || strncmp(name, "--", 2) != 0) return usage("an option without a value");
        if (strcmp(name, "--fault") == 0) {
            g_string_append_printf(plug, " %s", value);
        } else if (strcmp(name, "--device") == 0 || strcmp(name, "--serial") == 0 || strcmp(name, "--shape") == 0 ||
                   strcmp(name, "--usbfs") == 0 || strcmp(name, "--packet") == 0 || strcmp(name, "--payload") == 0) {
            has_device |= strcmp(name, "--device") == 0;
            g_string_append_printf(plug, " %s=%s", name + 2, value);
        } else {
            return usage("an option that is not known");
        }
    }
    if (i + 1 >= count) return usage("no command");

    // What tells the child of devices that come and go reads the device tree as the child does.
    const char *others = getenv("LD_PRELOAD");
    if (!others || !strstr(others, PRELOAD)) {
        setenv("LD_PRELOAD", others ? g_strconcat(PRELOAD ":", others, NULL) : PRELOAD, 1);
        execv("/proc/self/exe", arguments);
        return usage("cannot run itself under " PRELOAD);
    }
    g_log_set_default_handler(log_message, NULL);
    testbed = umockdev_testbed_new();
    char *root = umockdev_testbed_get_root_dir(testbed);
    char *control = control_start(root);
    if (!control) {
        fprintf(stderr, "usb-testbed: no socket in %s: %s\n", root, g_strerror(errno));
        return 1;
    }
    if (has_device) {
        char *answer = control_answer(plug->str);
        if (strncmp(answer, "ok", 2) != 0) {
            fprintf(stderr, "usb-testbed: %s\n", answer);
            return 1;
        }
        g_free(answer);
    }
    setenv("USB_TESTBED", control, 1);
    struct sigaction action = {.sa_handler = pass_on};
    for (int *s = (int[]){SIGINT, SIGTERM, SIGHUP, 0}; *s; s++) sigaction(*s, &action, NULL);
    child = fork();
    if (child == 0) start_child(arguments + i + 1, unprivileged);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    control_end();
    devices_end();
    g_object_unref(testbed);
    g_free(control);
    g_free(root);
    g_string_free(plug, TRUE);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
