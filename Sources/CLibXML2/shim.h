// SPDX-License-Identifier: Apache-2.0

#include <libxml/xmlversion.h>
// Debian's libxml2 is built with ICU, whose headers clash with the ICU inside Foundation. Nothing of what the parser
// needs depends on it: only the converter fields at the end of a structure that is never touched from here.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/SAX2.h>
