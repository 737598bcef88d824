/*
 * tests/diff/report_assets.h - what tests/diff/report_assets.asm embeds: texts that end in NUL.
 */
#ifndef TESTS_DIFF_REPORT_ASSETS_H
#define TESTS_DIFF_REPORT_ASSETS_H

extern const char report_css[], report_svg_css[], report_timeline_js[], report_page_js[];

#endif
