<#
.SYNOPSIS
Takes a whole script from standard input and runs it. This text is the command line; it never changes.

.DESCRIPTION
Line 1 of the input is an argument token, the lines after it are the script, the last line is "#end N" with N the number of lines before it.
A script that arrived in part must never run: without exactly that last line the exit code is 91. Where the language mode is not FullLanguage it is 92.
$input is the only safe way in: Windows PowerShell's own host reads a redirected standard input to fill it.
#>
$lines = @($input)
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') { exit 92 }
$count = $lines.Count - 1
if ($count -lt 2 -or "$($lines[$count])" -cne "#end $count") { exit 91 }
[Console]::Out.WriteLine('#hyperv running')
# The one place where text becomes code: a constant of this program, counted and whole. The arguments stay a text.
& ([scriptblock]::Create($lines[1..($count - 1)] -join "`n")) "$($lines[0])" # ps51-check: ignore interpolation
exit 0
