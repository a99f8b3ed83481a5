// For those who look at the charts from `visualizations`, where the name `xstate` means the fourth version.
export type { AnyActorRef, AnyMachineSnapshot, AnyStateNode as ChartNode, InspectionEvent } from 'xstate'
