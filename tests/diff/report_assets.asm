; tests/diff/report_assets.asm - the report's style sheets and scripts, as strings of the program.
;
; So the page is made by one program from two traces and carries all it needs. Host, 64 bit.

section .rodata
global report_css, report_svg_css, report_timeline_js, report_page_js

report_css:         incbin "tests/diff/report.css"
                    db 0
report_svg_css:     incbin "tests/diff/report_svg.css"
                    db 0
report_timeline_js: incbin "tests/diff/report_timeline.js"
                    db 0
report_page_js:     incbin "tests/diff/report_page.js"
                    db 0

section .note.GNU-stack noalloc noexec nowrite progbits
