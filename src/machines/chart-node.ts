// For those who walk the charts as data: in `visualizations` the name `xstate` means the fourth version.
export type { AnyStateNode as ChartNode } from 'xstate'
