# The default world: what the project's payloads name, on drives C: and D:.

function New-DefaultWorld {
    $world = [ordered]@{}
    Add-WorldDefault $world
    Add-DefaultFile
    $world
}

# Fills in what a state.json leaves out.
function Add-WorldDefault {
    param([Parameter(Mandatory)] $World)
    foreach ($part in 'Host', 'Capacities', 'Attributes') { if (-not $World.Contains($part)) { $World[$part] = [ordered]@{} } }
    foreach ($part in 'Machines', 'Merges', 'Held', 'Shares') { if (-not $World.Contains($part)) { $World[$part] = @() } }
    if (-not $World.Contains('Switches')) {
        $World['Switches'] = @([ordered]@{ Name = 'External vSwitch'; Id = 'c08cb7b8-9b3c-408e-8e30-5e16a3aeb444'; Type = 'External' })
    }
    $defaults = [ordered]@{
        ComputerName = 'HV01'; Version = '2022'; Language = 'en'; Rights = 'full'; Vmms = 'up'; Elevated = $true
        MemoryBytes = 137438953472; Processors = 32; ClockOffsetSeconds = 0; LeftoverFolder = 'numbered'
        VirtualMachinePath = 'C:\ProgramData\Microsoft\Windows\Hyper-V'; VirtualHardDiskPath = 'C:\ProgramData\Microsoft\Windows\Virtual Hard Disks'
        MergeSeconds = 0
    }
    foreach ($name in $defaults.Keys) { if (-not $World.Host.Contains($name)) { $World.Host[$name] = $defaults[$name] } }
}

# The folders and files of the default world. Existing ones stay as they are.
function Add-DefaultFile {
    $drives = "$script:StateFolder/drives"
    foreach ($folder in 'C/ProgramData/Microsoft/Windows/Hyper-V', 'C/ProgramData/Microsoft/Windows/Virtual Hard Disks', 'D/Hyper-V/Virtual Hard Disks', 'D/Hyper-V/Virtual Machines', 'D/Templates', 'D/ISO') {
        $null = [IO.Directory]::CreateDirectory("$drives/$folder")
    }
    $template = "$drives/D/Templates/ubuntu2404.vhdx"
    if (-not [IO.File]::Exists($template)) {
        Write-DiskFacts $template ([ordered]@{ Size = 10737418240; Type = 'Dynamic'; Parent = $null })
        [IO.File]::AppendAllText($template, ('template ubuntu2404 ' * 200))
    }
    $image = "$drives/D/ISO/alma9.iso"
    if (-not [IO.File]::Exists($image)) { [IO.File]::WriteAllText($image, 'CD001 alma9') }
}
