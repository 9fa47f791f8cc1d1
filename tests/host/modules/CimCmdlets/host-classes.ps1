# Classes of root\cimv2 that tell about the host.

$Classes['Win32_LogicalDisk'] = @{
    Name = 'Win32_LogicalDisk'; Namespace = 'root/cimv2'; Methods = @{}; Properties = @('DeviceID', 'DriveType', 'FileSystem', 'FreeSpace', 'Size')
    Rows = {
        foreach ($folder in [IO.Directory]::GetDirectories("$(Get-StateFolder)/drives") | Sort-Object) {
            $drive = [IO.Path]::GetFileName($folder)
            $capacity = Get-Capacity $drive
            @{ DeviceID = "${drive}:"; DriveType = [uint32]3; FileSystem = 'NTFS'; FreeSpace = [uint64]$capacity.Free; Size = [uint64]$capacity.Size }
        }
    }
}

$Classes['Win32_OperatingSystem'] = @{
    Name = 'Win32_OperatingSystem'; Namespace = 'root/cimv2'; Methods = @{}; Properties = @('Caption', 'BuildNumber', 'Version', 'OSLanguage', 'FreePhysicalMemory', 'TotalVisibleMemorySize')
    Rows = {
        $settings = (Get-World)['Host']
        $build = @{ '2016' = '14393'; '2019' = '17763'; '2022' = '20348'; '2025' = '26100' }["$($settings['Version'])"]
        $used = [long]0
        foreach ($machine in (Get-World)['Machines']) { if (@('Off', 'Saved') -notcontains $machine['State']) { $used += [long]$machine['Memory']['Startup'] } }
        @{ Caption = "Microsoft Windows Server $($settings['Version']) Standard"; BuildNumber = $build; Version = "10.0.$build"; OSLanguage = [uint32]$(if ($settings['Language'] -eq 'de') { 1031 } else { 1033 }); FreePhysicalMemory = [uint64](($settings['MemoryBytes'] - $used) / 1024); TotalVisibleMemorySize = [uint64]($settings['MemoryBytes'] / 1024) }
    }
}

$Classes['Win32_ComputerSystem'] = @{
    Name = 'Win32_ComputerSystem'; Namespace = 'root/cimv2'; Methods = @{}; Properties = @('Name', 'HypervisorPresent', 'TotalPhysicalMemory', 'NumberOfLogicalProcessors', 'PartOfDomain', 'Domain')
    Rows = {
        $settings = (Get-World)['Host']
        @{ Name = $settings['ComputerName']; HypervisorPresent = $true; TotalPhysicalMemory = [uint64]$settings['MemoryBytes']; NumberOfLogicalProcessors = [uint32]$settings['Processors']; PartOfDomain = $false; Domain = 'WORKGROUP' }
    }
}
