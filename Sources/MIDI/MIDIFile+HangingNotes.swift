extension MIDIFile {
  /// Of each score of the file (`scores()`), the notes that were begun and never ended.
  package var hangingNotes: [Int] {
    var open = [Int](repeating: 0, count: 2048)
    let counts = tracks.map { track in
      var hanging = 0
      var used: [Int] = []
      for event in events(of: track) {
        if event.isNoteOn {
          used.append(event.noteKey)
          open[event.noteKey] += 1
          hanging += 1
        } else if event.isNoteOff, open[event.noteKey] > 0 {
          open[event.noteKey] -= 1
          hanging -= 1
        }
      }
      for key in used { open[key] = 0 }
      return hanging
    }
    return format == 2 ? counts : [counts.reduce(0, +)]
  }
}
