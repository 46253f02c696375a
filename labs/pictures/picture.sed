# What dpic writes, with the fonts of the other pictures, and letters without an outline.
1,/^<!-- Creator/d
/^<!-- width/d
s/ *font-size="11pt" text-anchor="middle"/ font-family="sans-serif" text-anchor="middle"/
s/^<g>$/<style>text { font-size: 13px; stroke: none }<\/style>\n&/
