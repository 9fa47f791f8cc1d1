# Enumerations of Microsoft.HyperV.PowerShell, with its numbers: ConvertTo-Json writes numbers, and On is 0.

enum VMState {
    Other = 1; Running = 2; Off = 3; Stopping = 4; Saved = 6; Paused = 9; Starting = 10; Reset = 11
    Saving = 32773; Pausing = 32776; Resuming = 32777; FastSaved = 32779; FastSaving = 32780; ForceShutdown = 32781; ForceReboot = 32782
    RunningCritical = 32783; OffCritical = 32784; StoppingCritical = 32785; SavedCritical = 32786; PausedCritical = 32787; StartingCritical = 32788
    ResetCritical = 32789; SavingCritical = 32790; PausingCritical = 32791; ResumingCritical = 32792; FastSavedCritical = 32793; FastSavingCritical = 32794
}
enum OnOffState { On = 0; Off = 1 }
enum StartAction { Nothing = 2; StartIfRunning = 3; Start = 4 }
enum StopAction { TurnOff = 2; Save = 3; ShutDown = 4 }
enum CriticalErrorAction { None = 0; Pause = 1 }
enum CheckpointType { Disabled = 2; Production = 3; ProductionOnly = 4; Standard = 5 }
enum ControllerType { IDE = 0; SCSI = 1 }
enum BootDevice { Floppy = 0; CD = 1; IDE = 2; LegacyNetworkAdapter = 3; NetworkAdapter = 4; VHD = 5 }
enum VMSwitchType { Private = 0; Internal = 1; External = 2 }
enum VMNetworkAdapterVlanMode { Untagged = 0; Access = 1; Trunk = 2; Private = 3 }
enum VMNetworkAdapterIsolationMode { None = 0; NativeVirtualSubnet = 1; ExternalVirtualSubnet = 2; Vlan = 3 }
enum SnapshotType { Standard = 0; Recovery = 1; Planned = 2; Missing = 3; Replica = 4; AppConsistentReplica = 5; SyncedReplica = 6 }
enum VMReplicationMode { None = 0; Primary = 1; Replica = 2; TestReplica = 3; ExtendedReplica = 4 }
enum VhdType { Unknown = 0; Fixed = 2; Dynamic = 3; Differencing = 4 }
enum VhdFormat { Unknown = 0; VHDX = 1; VHD = 2; VHDSet = 3 }
enum BootSourceType { Unknown = 0; Drive = 1; Network = 2; File = 3 }
