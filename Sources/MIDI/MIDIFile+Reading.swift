extension MIDIFile {
  /// Reads a file of format 0, 1 or 2, plain or wrapped in RIFF.
  ///
  /// - Throws: `MIDIError` where there is nothing to read (no header, no division, no track) or a limit is passed.
  package init(bytes: [UInt8], limits: MIDILimits = MIDILimits()) throws(MIDIError) {
    var reader = FileReader(limits: limits)
    try reader.read(bytes.span)
    self.init(
      bytes: bytes, format: reader.format, claimedTracks: reader.claimedTracks, division: reader.division,
      chunks: reader.chunks, tracks: reader.tracks, events: reader.events,
      warnings: reader.collector.finished(at: bytes.count), endsEarly: reader.isCutOff)
  }
}
