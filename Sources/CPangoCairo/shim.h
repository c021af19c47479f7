// SPDX-License-Identifier: Apache-2.0

#include <pango/pangocairo.h>
#include <cairo.h>
