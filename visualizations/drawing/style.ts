/** Of every picture. The colours are properties, so that a page that holds the picture may choose others. */
export const style = `
.chart { --paper: #fff; --ink: #1c2733; --muted: #5d6b7a; --line: #7b8794; --box: #f6f8fa; --outer: #fff; --border: #c3ccd5;
  --failure: #b3261e; --timer: #8a5a00; --accent: #0b67c2; --active: #d6e9ff; --taken: #0b67c2; color-scheme: light dark }
@media (prefers-color-scheme: dark) { .chart:not([data-theme="light"]) { --paper: #12171d; --ink: #e4e9ee; --muted: #97a3b0;
  --line: #8592a0; --box: #1e2630; --outer: #171d24; --border: #3d4956; --failure: #ff8a80; --timer: #e6b450; --accent: #6cb6ff;
  --active: #17395c; --taken: #6cb6ff } }
.chart[data-theme="dark"] { --paper: #12171d; --ink: #e4e9ee; --muted: #97a3b0; --line: #8592a0; --box: #1e2630; --outer: #171d24;
  --border: #3d4956; --failure: #ff8a80; --timer: #e6b450; --accent: #6cb6ff; --active: #17395c; --taken: #6cb6ff }
.chart .paper { fill: var(--paper) }
.chart text { font-family: Inter, Helvetica, Arial, "DejaVu Sans", sans-serif; fill: var(--ink) }
.chart .title { font-size: 14px; font-weight: 700 }
.chart .prose { font-size: 11px; fill: var(--muted) }
.chart .code { font-size: 10.5px; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
.chart .state rect { fill: var(--box); stroke: var(--border); stroke-width: 1.2 }
.chart .composite > rect { fill: var(--outer); stroke-width: 1.4 }
.chart .rule { fill: none; stroke: var(--border); stroke-width: 0.8 }
.chart .actor { fill: var(--accent) }
.chart .state.active > rect { fill: var(--active); stroke: var(--taken); stroke-width: 2.2 }
.chart .edge { --stroke: var(--line) }
.chart .edge.failure { --stroke: var(--failure) }
.chart .edge.timer { --stroke: var(--timer) }
.chart .edge.taken { --stroke: var(--taken) }
.chart .edge path { fill: none; stroke: var(--stroke); stroke-width: 1.3 }
.chart .edge.timer path { stroke-dasharray: 5 3 }
.chart .edge.taken path { stroke-width: 3 }
.chart .edge .tip { fill: var(--stroke); stroke: none }
.chart .edge text { fill: var(--stroke) }
.chart .edge.usual:not(.taken) text { fill: var(--ink) }
.chart .inner.taken { fill: var(--taken); font-weight: 700 }
`
