# make fuzz LAB=5: let the fuzzer of 5B at the UART.
ifeq ($(LAB),5)
fuzz: $(B)/labs/lab5-security/tests/fuzz
endif
