	/* "Summary of Registers" in the data sheet: with DLAB the divisor latch (uart->dll, uart->dlm) takes the place of these two registers. */
	case RBR_THR:
		lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
		return dlab ? 0 : read_rbr(uart);
	case IER:
		lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
		return 0;
