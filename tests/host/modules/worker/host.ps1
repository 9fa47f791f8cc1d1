# What a script takes for the console of its process. It prints as `pwsh -NonInteractive -EncodedCommand` does: output as text,
# all else as one CLIXML document on standard error.
using namespace System.Management.Automation
using namespace System.Management.Automation.Host
using namespace System.Collections.Generic
using namespace System.Collections.ObjectModel

# Methods run on whatever thread calls them, with the runspace that is there.
[NoRunspaceAffinity()]
class RunRawUi : PSHostRawUserInterface {
    hidden [ConsoleColor] get_ForegroundColor() { return 'Gray' }
    hidden [void] set_ForegroundColor([ConsoleColor] $value) { }
    hidden [ConsoleColor] get_BackgroundColor() { return 'Black' }
    hidden [void] set_BackgroundColor([ConsoleColor] $value) { }
    hidden [Coordinates] get_CursorPosition() { return [Coordinates]::new(0, 0) }
    hidden [void] set_CursorPosition([Coordinates] $value) { }
    hidden [Coordinates] get_WindowPosition() { return [Coordinates]::new(0, 0) }
    hidden [void] set_WindowPosition([Coordinates] $value) { }
    hidden [int] get_CursorSize() { return 25 }
    hidden [void] set_CursorSize([int] $value) { }
    hidden [Size] get_BufferSize() { return [Size]::new(80, 25) }
    hidden [void] set_BufferSize([Size] $value) { }
    hidden [Size] get_WindowSize() { return [Size]::new(80, 25) }
    hidden [void] set_WindowSize([Size] $value) { }
    hidden [Size] get_MaxWindowSize() { return [Size]::new(80, 25) }
    hidden [Size] get_MaxPhysicalWindowSize() { return [Size]::new(80, 25) }
    hidden [string] get_WindowTitle() { return '' }
    hidden [void] set_WindowTitle([string] $value) { }
    hidden [bool] get_KeyAvailable() { return $false }
    [KeyInfo] ReadKey([ReadKeyOptions] $options) { throw [RunUi]::NobodyThere() }
    [void] FlushInputBuffer() { }
    [void] SetBufferContents([Coordinates] $origin, [BufferCell[,]] $contents) { }
    [void] SetBufferContents([Rectangle] $rectangle, [BufferCell] $fill) { }
    [BufferCell[,]] GetBufferContents([Rectangle] $rectangle) { throw [NotImplementedException]::new() }
    [void] ScrollBufferContents([Rectangle] $source, [Coordinates] $destination, [Rectangle] $clip, [BufferCell] $fill) { }
}

[NoRunspaceAffinity()]
class RunUi : PSHostUserInterface {
    # While the error is printed that ended the script.
    [bool] $IsReport = $false
    hidden [Text.StringBuilder] $Document = $null
    hidden [RunRawUi] $Raw = [RunRawUi]::new()

    hidden [PSHostRawUserInterface] get_RawUI() { return $this.Raw }

    [void] Write([string] $text) {
        if ($this.IsReport) { $this.Record('Error', $text) }
        else { [Console]::Out.Write([PSHostUserInterface]::GetOutputString($text, $false)) }
    }
    [void] Write([ConsoleColor] $foreground, [ConsoleColor] $background, [string] $text) { $this.Write($text) }
    [void] WriteLine([string] $text) { $this.Write("$text`n") }
    [void] WriteErrorLine([string] $text) { $this.Record('Error', "$text`n") }
    [void] WriteDebugLine([string] $text) { $this.Record('debug', $text) }
    [void] WriteVerboseLine([string] $text) { $this.Record('verbose', $text) }
    [void] WriteWarningLine([string] $text) { $this.Record('warning', $text) }
    [void] WriteInformation([InformationRecord] $record) {
        $whole = [PSSerializer]::Serialize($record, 2) -replace '>\s+<', '><'
        $from = $whole.IndexOf('<Obj ') + '<Obj '.Length
        $this.Add('<Obj S="information" ' + $whole.Substring($from, $whole.LastIndexOf('</Objs>') - $from))
    }
    [void] WriteProgress([long] $source, [ProgressRecord] $record) {
        $percent = $record.PercentComplete
        $names = [RunUi]::Text($record.Activity), [RunUi]::Text($record.StatusDescription)
        $this.Add("<Obj S=""progress"" RefId=""0""><TN RefId=""0""><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN>" +
            "<MS><I64 N=""SourceId"">$source</I64><PR N=""Record""><AV>$($names[0])</AV><AI>$($record.ActivityId)</AI><Nil /><PI>-1</PI><PC>$percent</PC>" +
            "<T>$($record.RecordType)</T><SR>-1</SR><SD>$($names[1])</SD></PR></MS></Obj>")
    }

    # As -NonInteractive: nobody can answer.
    static [Exception] NobodyThere() {
        return [PSInvalidOperationException]::new('PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.')
    }
    [string] ReadLine() { throw [RunUi]::NobodyThere() }
    [securestring] ReadLineAsSecureString() { throw [RunUi]::NobodyThere() }
    [Dictionary[string, psobject]] Prompt([string] $caption, [string] $message, [Collection[FieldDescription]] $descriptions) { throw [RunUi]::NobodyThere() }
    [int] PromptForChoice([string] $caption, [string] $message, [Collection[ChoiceDescription]] $choices, [int] $default) { throw [RunUi]::NobodyThere() }
    [pscredential] PromptForCredential([string] $caption, [string] $message, [string] $user, [string] $target) { throw [RunUi]::NobodyThere() }
    [pscredential] PromptForCredential([string] $caption, [string] $message, [string] $user, [string] $target,
        [PSCredentialTypes] $types, [PSCredentialUIOptions] $options) { throw [RunUi]::NobodyThere() }

    # Only its head is written at once: of a script that is killed no more is seen.
    [void] End() {
        if ($null -ne $this.Document) { [Console]::Error.Write($this.Document.Append('</Objs>').ToString()) }
    }

    hidden [void] Record([string] $stream, [string] $text) {
        $this.Add("<S S=""$stream"">$([RunUi]::Text([PSHostUserInterface]::GetOutputString($text, $false)))</S>")
    }
    hidden [void] Add([string] $element) {
        if ($null -eq $this.Document) {
            $this.Document = [Text.StringBuilder]::new("<Objs Version=""1.1.0.1"" xmlns=""http://schemas.microsoft.com/powershell/2004/04"">")
            [Console]::Error.Write("#< CLIXML`n")
        }
        $null = $this.Document.Append($element)
    }

    # A string as CLIXML holds it ([MS-PSRP] 2.2.5.3.2): what XML cannot carry, and what looks like its escape, is _xHHHH_.
    hidden static [string] Text([string] $text) {
        $xml = [Text.StringBuilder]::new()
        for ($i = 0; $i -lt $text.Length; $i++) {
            $unit = $text[$i]
            $isEscape = $unit -eq '_' -and $i + 1 -lt $text.Length -and $text[$i + 1] -ceq 'x'
            if ($isEscape -or [char]::IsControl($unit) -or [char]::IsSurrogate($unit)) { $null = $xml.AppendFormat('_x{0:X4}_', [int]$unit) }
            else { $null = $xml.Append($unit) }
        }
        return $xml.Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;').ToString()
    }
}

[NoRunspaceAffinity()]
class RunHost : PSHost {
    # What `exit` said.
    [object] $Code = $null
    [RunUi] $Face = [RunUi]::new()
    hidden [guid] $Id = [guid]::NewGuid()

    hidden [string] get_Name() { return 'ConsoleHost' }
    hidden [version] get_Version() { return [Environment]::Version }
    hidden [guid] get_InstanceId() { return $this.Id }
    hidden [PSHostUserInterface] get_UI() { return $this.Face }
    hidden [cultureinfo] get_CurrentCulture() { return [cultureinfo]::CurrentCulture }
    hidden [cultureinfo] get_CurrentUICulture() { return [cultureinfo]::CurrentUICulture }
    [void] SetShouldExit([int] $exitCode) { $this.Code = $exitCode }
    [void] EnterNestedPrompt() { throw [RunUi]::NobodyThere() }
    [void] ExitNestedPrompt() { throw [RunUi]::NobodyThere() }
    [void] NotifyBeginApplication() { }
    [void] NotifyEndApplication() { }
}
