// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

// Swift does not import macros with arguments.
static const int droid_averror_again = AVERROR(EAGAIN);
static const int droid_averror_eof = AVERROR_EOF;
