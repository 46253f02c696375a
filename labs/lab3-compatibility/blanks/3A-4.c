	/*
	 * In loopback the four outputs of the modem control register are connected to the four inputs that the modem status register shows.
	 * Data sheet, "Modem Control Register", bit 4: RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD.
	 */
	lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
	return 0;
