"""The pack as PDF, slides and workbook. Each reads the frozen pack alone, like the HTML of `page`."""
