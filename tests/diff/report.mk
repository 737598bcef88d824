# tests/diff/report.mk - the pictures: build/report (HTML), build/trace2json (Perfetto). Included by diff.mk.

REPORT_PARTS := order_graph json_trace $(filter-out report_main,$(notdir $(basename $(wildcard tests/diff/report_*.c))))
REPORT_ASSETS := tests/diff/report.css tests/diff/report_svg.css tests/diff/report_timeline.js tests/diff/report_page.js
# sequences as text are lockdiff's; the report shows the same text
REPORT_SHARED := sequence_print

$(DIFF)/report_assets.o: tests/diff/report_assets.asm $(REPORT_ASSETS)
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -f elf64 -o $@ $<

$(DIFF)/libreport.a: $(REPORT_PARTS:%=$(DIFF)/%.o) $(DIFF)/report_assets.o $(REPORT_SHARED:%=$(DIFF)/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/report: $(DIFF)/report_main.o $(DIFF)/libreport.a $(DIFF)/libtrace.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@ $^

$(B)/trace2json: $(DIFF)/json_main.o $(DIFF)/libreport.a $(DIFF)/libtrace.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@ $^

# The same under the sanitizers, for the unit test.
$(H)/tests/diff/%.o: tests/diff/%.c $(H)/cflags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(H)/libreport.a: $(REPORT_PARTS:%=$(H)/tests/diff/%.o) $(TRACE_C:%.c=$(H)/%.o) $(REPORT_SHARED:%=$(H)/tests/diff/%.o) \
		$(DIFF)/report_assets.o
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(H)/unit/test_report: $(H)/libreport.a

-include $(REPORT_PARTS:%=$(H)/tests/diff/%.d)

.PHONY: report diff-docs replay-report
## make report        the programs build/report and build/trace2json (make diff uses them)
report: $(B)/report $(B)/trace2json
## make diff-docs     run every workload under two designs and write docs/diff/   [A=d1 B=d2 CPUS=n, here 4]
diff-docs: images $(B)/lockdiff report
	@BUILD=$(B) tests/diff/publish.sh "$(A)" "$(DIFF_B)" "$(if $(filter command,$(firstword $(origin CPUS))),$(CPUS),4)"
## make replay-report one scenario in Bochs, as a page with its timeline    SCENARIO=s DESIGN=d [SCHEDULE=story|none|free CPUS=n]
replay-report: images $(B)/lockdiff report
	@BUILD=$(B) tests/diff/replay-report.sh "$(SCENARIO)" "$(DESIGN)" "$(SCHEDULE)" cpus=$(CPUS)
