# Makes real media files for the demo: a picture, a video of more than one part, and documents.

Set-StrictMode -Version Latest

function Get-BigEndian([uint32] $Number) {
    $bytes = [BitConverter]::GetBytes($Number)
    [Array]::Reverse($bytes)
    , $bytes
}

function Get-Crc32([byte[]] $Bytes) {
    $crc = [uint32]::MaxValue
    foreach ($byte in $Bytes) {
        $crc = $crc -bxor $byte
        foreach ($i in 1..8) { $crc = ($crc -band 1) ? (($crc -shr 1) -bxor 0xEDB88320L) : ($crc -shr 1) }
    }
    [uint32]($crc -bxor [uint32]::MaxValue)
}

function New-DemoPicture {
    <#
    .SYNOPSIS
    Writes a small PNG with a gradient.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param([Parameter(Mandatory)] [string] $Path, [int] $Width = 64, [int] $Height = 64)

    $pixels = [System.IO.MemoryStream]::new()
    $zlib = [System.IO.Compression.ZLibStream]::new($pixels, [System.IO.Compression.CompressionLevel]::Fastest, $true)
    foreach ($y in 0..($Height - 1)) {
        $row = [byte[]]::new(1 + 3 * $Width)
        foreach ($x in 0..($Width - 1)) {
            $row[1 + 3 * $x] = [byte](255 * $x / $Width)
            $row[2 + 3 * $x] = [byte](255 * $y / $Height)
            $row[3 + 3 * $x] = 160
        }
        $zlib.Write($row, 0, $row.Length)
    }
    $zlib.Dispose()

    $png = [System.IO.MemoryStream]::new()
    $png.Write([byte[]](0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A), 0, 8)
    $header = (Get-BigEndian $Width) + (Get-BigEndian $Height) + [byte[]](8, 2, 0, 0, 0)
    foreach ($chunk in @('IHDR', $header), @('IDAT', $pixels.ToArray()), @('IEND', [byte[]]@())) {
        $body = [System.Text.Encoding]::ASCII.GetBytes($chunk[0]) + [byte[]]$chunk[1]
        foreach ($bytes in (Get-BigEndian ([byte[]]$chunk[1]).Length), $body, (Get-BigEndian (Get-Crc32 $body))) { $png.Write($bytes, 0, $bytes.Length) }
    }
    if ($PSCmdlet.ShouldProcess($Path, 'Write a picture')) {
        [System.IO.File]::WriteAllBytes($Path, $png.ToArray())
        Get-Item -LiteralPath $Path
    }
}

function New-DemoVideo {
    <#
    .SYNOPSIS
    Writes an AVI of plain frames; the default is 20 frames, about 18 MB.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param([Parameter(Mandatory)] [string] $Path, [int] $Width = 640, [int] $Height = 480, [int] $Frames = 20)

    if (-not $PSCmdlet.ShouldProcess($Path, 'Write a video')) { return }
    $frame = [byte[]]::new($Width * $Height * 3)
    $file = [System.IO.BinaryWriter]::new([System.IO.File]::Create($Path))
    function Tag([string] $Name) { $file.Write([System.Text.Encoding]::ASCII.GetBytes($Name)) }
    try {
        $movie = 4 + $Frames * (8 + $frame.Length)
        Tag 'RIFF'; $file.Write([uint32](4 + 8 + 192 + 8 + $movie)); Tag 'AVI '
        Tag 'LIST'; $file.Write([uint32]192); Tag 'hdrl'
        Tag 'avih'; $file.Write([uint32]56)
        foreach ($value in 100000, (10 * $frame.Length), 0, 0, $Frames, 0, 1, $frame.Length, $Width, $Height, 0, 0, 0, 0) { $file.Write([uint32]$value) }
        Tag 'LIST'; $file.Write([uint32]116); Tag 'strl'
        Tag 'strh'; $file.Write([uint32]56); Tag 'vids'; Tag 'DIB '
        foreach ($value in 0, 0, 0, 1, 10, 0, $Frames, $frame.Length, 0, 0) { $file.Write([uint32]$value) }
        foreach ($value in 0, 0, $Width, $Height) { $file.Write([uint16]$value) }
        Tag 'strf'; $file.Write([uint32]40)
        $file.Write([uint32]40); $file.Write([int]$Width); $file.Write([int]$Height); $file.Write([uint16]1); $file.Write([uint16]24)
        foreach ($value in 0, $frame.Length, 0, 0, 0, 0) { $file.Write([uint32]$value) }
        Tag 'LIST'; $file.Write([uint32]$movie); Tag 'movi'
        foreach ($number in 1..$Frames) {
            [Array]::Fill($frame, [byte](255 * $number / $Frames))
            Tag '00db'; $file.Write([uint32]$frame.Length); $file.Write($frame)
        }
    }
    finally {
        $file.Dispose()
    }
    Get-Item -LiteralPath $Path
}

function New-DemoZip([string] $Path, [System.Collections.IDictionary] $Parts) {
    $zip = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($name in $Parts.Keys) {
            $writer = [System.IO.StreamWriter]::new($zip.CreateEntry($name).Open())
            $writer.Write("<?xml version=`"1.0`" encoding=`"UTF-8`" standalone=`"yes`"?>`n" + $Parts[$name])
            $writer.Dispose()
        }
    }
    finally {
        $zip.Dispose()
    }
    Get-Item -LiteralPath $Path
}

function New-DemoDocument {
    <#
    .SYNOPSIS
    Writes a small PPTX, DOCX or PDF, whichever the path's extension says.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param([Parameter(Mandatory)] [string] $Path, [string] $Text = 'A film from a document')

    if (-not $PSCmdlet.ShouldProcess($Path, 'Write a document')) { return }
    $package = 'http://schemas.openxmlformats.org/package/2006'
    $office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    $mime = 'application/vnd.openxmlformats-officedocument'
    switch ([System.IO.Path]::GetExtension($Path)) {
        '.pptx' {
            New-DemoZip $Path ([ordered]@{
                '[Content_Types].xml' = "<Types xmlns=`"$package/content-types`"><Default Extension=`"rels`" ContentType=`"application/vnd.openxmlformats-package.relationships+xml`"/><Default Extension=`"xml`" ContentType=`"application/xml`"/><Override PartName=`"/ppt/presentation.xml`" ContentType=`"$mime.presentationml.presentation.main+xml`"/></Types>"
                '_rels/.rels' = "<Relationships xmlns=`"$package/relationships`"><Relationship Id=`"rId1`" Type=`"$office/officeDocument`" Target=`"ppt/presentation.xml`"/></Relationships>"
                'ppt/presentation.xml' = "<p:presentation xmlns:p=`"http://schemas.openxmlformats.org/presentationml/2006/main`"><p:sldSz cx=`"9144000`" cy=`"6858000`"/><p:notesSz cx=`"6858000`" cy=`"9144000`"/></p:presentation>"
            })
        }
        '.docx' {
            New-DemoZip $Path ([ordered]@{
                '[Content_Types].xml' = "<Types xmlns=`"$package/content-types`"><Default Extension=`"rels`" ContentType=`"application/vnd.openxmlformats-package.relationships+xml`"/><Default Extension=`"xml`" ContentType=`"application/xml`"/><Override PartName=`"/word/document.xml`" ContentType=`"$mime.wordprocessingml.document.main+xml`"/></Types>"
                '_rels/.rels' = "<Relationships xmlns=`"$package/relationships`"><Relationship Id=`"rId1`" Type=`"$office/officeDocument`" Target=`"word/document.xml`"/></Relationships>"
                'word/document.xml' = "<w:document xmlns:w=`"http://schemas.openxmlformats.org/wordprocessingml/2006/main`"><w:body><w:p><w:r><w:t>$Text</w:t></w:r></w:p></w:body></w:document>"
            })
        }
        '.pdf' {
            $content = "BT /F1 24 Tf 72 700 Td ($Text) Tj ET"
            $objects = '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
            '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>',
            "<< /Length $($content.Length) >>`nstream`n$content`nendstream", '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
            $pdf = [System.Text.StringBuilder]::new("%PDF-1.4`n")
            $offsets = foreach ($i in 0..4) {
                $pdf.Length
                $null = $pdf.Append("$($i + 1) 0 obj`n$($objects[$i])`nendobj`n")
            }
            $table = $pdf.Length
            $null = $pdf.Append("xref`n0 6`n0000000000 65535 f `n")
            foreach ($offset in $offsets) { $null = $pdf.Append("{0:D10} 00000 n `n" -f $offset) }
            $null = $pdf.Append("trailer`n<< /Size 6 /Root 1 0 R >>`nstartxref`n$table`n%%EOF`n")
            [System.IO.File]::WriteAllText($Path, $pdf.ToString(), [System.Text.Encoding]::ASCII)
            Get-Item -LiteralPath $Path
        }
        default { throw "A demo document is a .pptx, a .docx or a .pdf, not '$Path'." }
    }
}

Export-ModuleMember -Function New-DemoPicture, New-DemoVideo, New-DemoDocument
