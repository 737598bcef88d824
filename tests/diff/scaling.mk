# tests/diff/scaling.mk - throughput against CPUs, design beside design.

WORKLOADS_SCALED := touch touch-shared touch-mmap touch-mms fork pressure mixed
LOCKCOST ?= 0

.PHONY: scaling
## make scaling       throughput on 1 to 8 CPUs, several designs: tables and charts   [WORKLOAD="w ..." CPUS="1 2 4 8" DESIGNS="d ..." LOCKCOST=n]
scaling: images
	@BUILD=$(B) WORKLOAD="$(or $(WORKLOAD),$(WORKLOADS_SCALED))" LOCKCOST="$(LOCKCOST)" DESIGNS="$(DESIGNS)" \
		CPUS="$(if $(filter command line environment,$(origin CPUS)),$(CPUS),1 2 4 8)" tests/diff/scaling.sh
