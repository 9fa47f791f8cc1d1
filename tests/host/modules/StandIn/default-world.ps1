# The default world: what the project's payloads name, on drives C: and D:. A state.json may hold only what differs from it.

# Fills in what a state.json leaves out, once: `Filled` says that it was done.
function Add-WorldDefault {
    param([Parameter(Mandatory)] $World)
    if ($World['Filled']) { return }
    foreach ($part in 'Host', 'Capacities', 'Attributes') { if (-not $World.Contains($part)) { $World[$part] = [ordered]@{} } }
    foreach ($part in 'Machines', 'Merges', 'Held', 'Shares') { if (-not $World.Contains($part)) { $World[$part] = @() } }
    if (-not $World.Contains('Switches')) { $World['Switches'] = @([ordered]@{ Name = 'External vSwitch' }) }
    Add-Missing $World['Host'] ([ordered]@{
            ComputerName = 'HV01'; Version = '2022'; Language = 'en'; Rights = 'full'; Vmms = 'up'; Elevated = $true
            MemoryBytes = 137438953472; Processors = 32; ClockOffsetSeconds = 0; MergeSeconds = 0; LeftoverFolder = 'numbered'
            VirtualMachinePath = 'C:\ProgramData\Microsoft\Windows\Hyper-V'; VirtualHardDiskPath = 'C:\ProgramData\Microsoft\Windows\Virtual Hard Disks'
        })
    foreach ($switch in @($World['Switches'])) { Add-Missing $switch ([ordered]@{ Id = [guid]::NewGuid().ToString(); Type = 'External' }) }
    foreach ($machine in @($World['Machines'])) { Add-MachineDefault $machine $World }
    $World['Filled'] = $true
}

# The folders and files of the default world, made where the state folder has no drives yet.
function Add-DefaultFile {
    $drives = "$script:StateFolder/drives"
    if ([IO.Directory]::Exists($drives)) { return }
    foreach ($folder in 'C/ProgramData/Microsoft/Windows/Hyper-V', 'C/ProgramData/Microsoft/Windows/Virtual Hard Disks', 'D/Hyper-V/Virtual Hard Disks', 'D/Hyper-V/Virtual Machines', 'D/Templates', 'D/ISO') {
        $null = [IO.Directory]::CreateDirectory("$drives/$folder")
    }
    $template = "$drives/D/Templates/ubuntu2404.vhdx"
    Write-DiskFacts $template ([ordered]@{ Size = 10737418240; Type = 'Dynamic'; Parent = $null })
    [IO.File]::AppendAllText($template, ('template ubuntu2404 ' * 200))
    [IO.File]::WriteAllText("$drives/D/ISO/alma9.iso", 'CD001 alma9')
}
