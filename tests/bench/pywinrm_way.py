"""What CloudStack's own extension does for one call, on pywinrm: one `run_ps` per group of cmdlets, one shell and one PowerShell each.

The sequence is that of the script which CloudStack ships; the code is not. Beside the simulated host only the number and the size of
the commands matter: its model answers the literal at the end of each.
"""

import json
import sys

import winrm


def main(action, payload_file):
    with open(payload_file, encoding="utf-8") as file:
        payload = json.load(file)
    host = payload["externaldetails"]["host"]
    vm = payload["cloudstack.vm.details"]
    session = winrm.Session(
        f"https://{host['url']}/wsman",
        auth=(host["username"], host["password"]),
        transport="ntlm",
        ca_trust_path=host["tls_ca_file"],
    )
    steps = {
        "create": create,
        "stop": lambda *_: [f'Stop-VM -Name "{vm["name"]}" -Force; "done"'],
        "status": lambda *_: [f'(Get-VM -Name "{vm["name"]}").State; "Running"'],
        "CreateSnapshot": lambda *_: [f'Checkpoint-VM -VMName "{vm["name"]}" -SnapshotName "{payload["parameters"]["snapshot_name"]}"; "done"'],
    }
    for script in steps[action](host, vm, payload["externaldetails"]["virtualmachine"]):
        result = session.run_ps(script)
        if result.status_code != 0:
            print(json.dumps({"status": "error", "error": result.std_err.decode()}))
            sys.exit(1)
    print(json.dumps({"status": "success", "message": f"{action} done"}))


def create(host, vm, details):
    name, disk = vm["name"], f"{host['vhd_path']}\\{vm['name']}.vhdx"
    yield f'New-VM -Name "{name}" -MemoryStartupBytes {vm["minRam"]} -Generation {details["generation"]} -Path "{host["vm_path"]}"; Set-VM -Name "{name}" -ProcessorCount {vm["cpus"]}; "done"'
    yield f'Copy-Item "{details["template_path"]}" "{disk}"; "done"'
    yield f'Add-VMHardDiskDrive -VMName "{name}" -Path "{disk}"; "done"'
    yield f'Remove-VMNetworkAdapter -VMName "{name}" -Name "Network Adapter" -ErrorAction SilentlyContinue; "done"'
    for number, nic in enumerate(vm["nics"], 1):
        vlan = nic["broadcastUri"].replace("vlan://", "")
        yield f'Add-VMNetworkAdapter -VMName "{name}" -Name "NIC{number}" -SwitchName "{host["network_switch"]}"; "done"'
        yield f'Set-VMNetworkAdapter -VMName "{name}" -Name "NIC{number}" -StaticMacAddress "{nic["mac"]}"; "done"'
        yield f'Set-VMNetworkAdapterVlan -VMName "{name}" -VMNetworkAdapterName "NIC{number}" -Access -VlanId "{vlan}"; "done"'
    yield f'Start-VM -Name "{name}"; "done"'


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
