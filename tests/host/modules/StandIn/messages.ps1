# What the host says, in its language. The identifiers beside these sentences are the same in every language.

$script:Sentences = @{
    VMNotFound       = @{ en = 'Hyper-V was unable to find a virtual machine with name "{0}".'; de = 'Hyper-V konnte keinen virtuellen Computer mit dem Namen "{0}" finden.' }
    VMIdNotFound     = @{ en = 'Hyper-V was unable to find a virtual machine with id "{0}".'; de = 'Hyper-V konnte keinen virtuellen Computer mit der ID "{0}" finden.' }
    ObjectGone       = @{ en = "Hyper-V encountered an error trying to access an object on computer '{0}' because the object was not found. The object might have been deleted. Verify that the Virtual Machine Management service on the computer is running."; de = "Fehler beim Zugriff auf ein Objekt auf dem Computer '{0}': Das Objekt wurde nicht gefunden. Stellen Sie sicher, dass der Dienst fuer die Verwaltung virtueller Computer ausgefuehrt wird." }
    SwitchNotFound   = @{ en = 'Hyper-V was unable to find a virtual switch with name "{0}".'; de = 'Hyper-V konnte keinen virtuellen Switch mit dem Namen "{0}" finden.' }
    AccessDenied     = @{ en = "You do not have the required permission to complete this task. Contact the administrator of the authorization policy for the computer '{0}'."; de = "Sie besitzen nicht die erforderlichen Berechtigungen zum Ausfuehren dieser Aufgabe. Wenden Sie sich an den Administrator der Autorisierungsrichtlinie fuer den Computer '{0}'." }
    ServiceDown      = @{ en = "The operation on computer '{0}' failed: The Virtual Machine Management service is not running."; de = "Fehler beim Vorgang auf Computer '{0}': Der Dienst fuer die Verwaltung virtueller Computer wird nicht ausgefuehrt." }
    AlreadyInState   = @{ en = 'The virtual machine is already in the specified state.'; de = 'Der virtuelle Computer befindet sich bereits im angegebenen Zustand.' }
    WrongState       = @{ en = "The operation cannot be performed while the virtual machine is in its current state. The name of the virtual machine is {0} and its ID is {1}."; de = "Der Vorgang kann im aktuellen Zustand des virtuellen Computers nicht ausgefuehrt werden. Name: {0}, ID: {1}." }
    PathNotRealized  = @{ en = "Failed to create a new virtual machine. '{0}' failed to realize. Failed to access configuration store: The system cannot find the path specified. (0x80070003)"; de = "Fehler beim Erstellen eines neuen virtuellen Computers. '{0}': Fehler beim Realisieren. Das System kann den angegebenen Pfad nicht finden. (0x80070003)" }
    OutOfMemory      = @{ en = "'{0}' failed to start. Not enough memory in the system to start the virtual machine {0} with ram size {1} megabytes. Could not initialize memory: Not enough memory resources are available to complete this operation. (0x8007000E)"; de = "Fehler beim Starten von '{0}'. Nicht genuegend Arbeitsspeicher, um den virtuellen Computer {0} mit {1} MB zu starten. (0x8007000E)" }
    DiskInUse        = @{ en = "'{0}' failed to start. Synthetic SCSI Controller: Failed to Power on with Error 'The process cannot access the file because it is being used by another process.' (0x80070020). Attachment '{1}'."; de = "Fehler beim Starten von '{0}'. Synthetischer SCSI-Controller: 'Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.' (0x80070020). Anlage '{1}'." }
    DiskMissing      = @{ en = "'{0}' failed to start. Synthetic SCSI Controller: Failed to Power on with Error 'The system cannot find the file specified.' (0x80070002). Attachment '{1}'."; de = "Fehler beim Starten von '{0}'. Synthetischer SCSI-Controller: 'Das System kann die angegebene Datei nicht finden.' (0x80070002). Anlage '{1}'." }
    DiskDenied       = @{ en = "'{0}' failed to start. User account does not have permission required to open attachment '{1}'. Error: 'General access denied error' (0x80070005)."; de = "Fehler beim Starten von '{0}'. Das Konto darf die Anlage '{1}' nicht oeffnen. Fehler: 'Allgemeiner Zugriffsfehler' (0x80070005)." }
    DiskNotPlain     = @{ en = "'{0}' failed to start. The requested operation could not be completed due to a virtual disk system limitation. Virtual hard disk files must be uncompressed and unencrypted and must not be sparse. (0xC03A001A). Attachment '{1}'."; de = "Fehler beim Starten von '{0}'. Dateien virtueller Festplatten duerfen weder komprimiert, verschluesselt noch mit geringer Dichte sein. (0xC03A001A). Anlage '{1}'." }
    AttachMissing    = @{ en = "Failed to add device. The system cannot find the file specified. (0x80070002). Path '{0}'."; de = "Fehler beim Hinzufuegen des Geraets. Das System kann die angegebene Datei nicht finden. (0x80070002). Pfad '{0}'." }
    AttachDenied     = @{ en = "User account does not have permission required to open attachment '{0}'. Error: 'General access denied error' (0x80070005)."; de = "Das Konto darf die Anlage '{0}' nicht oeffnen. Fehler: 'Allgemeiner Zugriffsfehler' (0x80070005)." }
    SlotTaken        = @{ en = 'The controller location {0} {1}:{2} is already in use.'; de = 'Die Controllerposition {0} {1}:{2} wird bereits verwendet.' }
    NoFreeSlot       = @{ en = "No controller with an empty location was found for the virtual machine '{0}'."; de = "Fuer den virtuellen Computer '{0}' wurde kein Controller mit freier Position gefunden." }
    NoSuchDrive      = @{ en = "Hyper-V was unable to find a drive at controller {0}, location {1} of the virtual machine '{2}'."; de = "Hyper-V konnte am Controller {0}, Position {1} des virtuellen Computers '{2}' kein Laufwerk finden." }
    MacFormat        = @{ en = '"StaticMacAddress" is not in the correct format.'; de = '"StaticMacAddress" hat nicht das richtige Format.' }
    MacRefused       = @{ en = "Failed to modify device 'Synthetic Ethernet Port'. The MAC address {0} is not valid."; de = "Fehler beim Aendern des Geraets 'Synthetischer Ethernet-Port'. Die MAC-Adresse {0} ist ungueltig." }
    AdapterNotFound  = @{ en = 'Hyper-V was unable to find a network adapter with name "{0}".'; de = 'Hyper-V konnte keinen Netzwerkadapter mit dem Namen "{0}" finden.' }
    VlanRange        = @{ en = 'The VLAN ID {0} is not in the range 1 to 4094.'; de = 'Die VLAN-ID {0} liegt nicht zwischen 1 und 4094.' }
    VlanArguments    = @{ en = 'The parameters do not fit the VLAN mode {0}.'; de = 'Die Parameter passen nicht zum VLAN-Modus {0}.' }
    Generation       = @{ en = 'The command cannot be run on a Generation {0} virtual machine.'; de = 'Der Befehl kann auf einem virtuellen Computer der Generation {0} nicht ausgefuehrt werden.' }
    BadValue         = @{ en = 'The value {1} of the parameter "{0}" is not valid.'; de = 'Der Wert {1} des Parameters "{0}" ist ungueltig.' }
    VhdExists        = @{ en = "Failed to create the virtual hard disk. The system failed to create '{0}': The file exists. (0x80070050)."; de = "Fehler beim Erstellen der virtuellen Festplatte. '{0}': Die Datei ist vorhanden. (0x80070050)." }
    VhdNotFound      = @{ en = "Getting the mounted storage instance for the path '{0}' failed. The system cannot find the file specified. (0x80070002)."; de = "Fehler beim Zugriff auf '{0}': Das System kann die angegebene Datei nicht finden. (0x80070002)." }
    VhdInUse         = @{ en = "The process cannot access the file '{0}' because it is being used by another process. (0x80070020)."; de = "Der Prozess kann nicht auf die Datei '{0}' zugreifen, da sie von einem anderen Prozess verwendet wird. (0x80070020)." }
    VhdCorrupt       = @{ en = "Failed to get disk information. The file or directory '{0}' is corrupted and unreadable. (0xC03A0014)"; de = "Die Datei '{0}' ist beschaedigt und nicht lesbar. (0xC03A0014)" }
    DiskFull         = @{ en = 'There is not enough space on the disk. (0x80070070)'; de = 'Es steht nicht genug Speicherplatz auf dem Datentraeger zur Verfuegung. (0x80070070)' }
    CheckpointsOff   = @{ en = "Checkpoint operation failed. Checkpoints have been disabled for '{0}'."; de = "Fehler beim Erstellen des Pruefpunkts. Fuer '{0}' sind Pruefpunkte deaktiviert." }
    SnapshotNotFound = @{ en = 'Hyper-V was unable to find a checkpoint with name "{0}".'; de = 'Hyper-V konnte keinen Pruefpunkt mit dem Namen "{0}" finden.' }
    StopRefused      = @{ en = "Failed to stop. The virtual machine '{0}' could not be shut down."; de = "Fehler beim Beenden. Der virtuelle Computer '{0}' konnte nicht heruntergefahren werden." }
    Injected         = @{ en = 'The operation failed.'; de = 'Fehler beim Vorgang.' }
    FileInUse        = @{ en = 'The process cannot access the file because it is being used by another process.'; de = 'Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.' }
    FileExists       = @{ en = 'Cannot create a file when that file already exists.'; de = 'Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.' }
    NewFileExists    = @{ en = "The file '{0}' already exists."; de = "Die Datei '{0}' ist bereits vorhanden." }
    SpaceShort       = @{ en = 'There is not enough space on the disk.'; de = 'Es steht nicht genug Speicherplatz auf dem Datentraeger zur Verfuegung.' }
    ShareDenied      = @{ en = 'Access is denied'; de = 'Zugriff verweigert' }
    FileDenied       = @{ en = "Access to the path '{0}' is denied."; de = "Der Zugriff auf den Pfad '{0}' wurde verweigert." }
    ItemReadOnly     = @{ en = 'You do not have sufficient access rights to perform this operation or the item is hidden, system, or read only.'; de = 'Sie besitzen keine ausreichenden Zugriffsberechtigungen zum Ausfuehren dieses Vorgangs, oder das Element ist ausgeblendet, ein Systemelement oder schreibgeschuetzt.' }
    PathMissing      = @{ en = "Cannot find path '{0}' because it does not exist."; de = 'Der Pfad "{0}" kann nicht gefunden werden, da er nicht vorhanden ist.' }
    PathPartMissing  = @{ en = "Could not find a part of the path '{0}'."; de = "Ein Teil des Pfades '{0}' konnte nicht gefunden werden." }
    DriveMissing     = @{ en = "Cannot find drive. A drive with the name '{0}' does not exist."; de = 'Das Laufwerk wurde nicht gefunden. Ein Laufwerk mit dem Namen "{0}" ist nicht vorhanden.' }
    PathIllegal      = @{ en = "The filename, directory name, or volume label syntax is incorrect: '{0}'"; de = "Die Syntax fuer den Dateinamen, Verzeichnisnamen oder die Datentraegerbezeichnung ist falsch: '{0}'" }
}

# The sentence in the host's language.
function Get-LocalText {
    param([Parameter(Mandatory)] [string] $Key, [object[]] $Values = @())
    $language = if ((Get-HostSetting 'Language') -eq 'de') { 'de' } else { 'en' }
    $script:Sentences[$Key][$language] -f $Values
}
