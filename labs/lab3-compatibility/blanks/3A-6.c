	case RBR_THR:
		lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
		if (!dlab)
			write_thr(uart, value);
		break;
	case IER:
		lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
		if (!dlab)
			write_ier(uart, value);
		break;
