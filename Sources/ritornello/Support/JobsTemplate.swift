/// The `jobs.yaml` that `init` writes.
enum JobsTemplate {
  static let text = #"""
    # The jobs of this studio. After an edit: ritornello check. Every key: ritornello check --schema
    version: 1

    # How the folder is watched; these are the defaults.
    #studio: {poll: 2s, settle: 5s, workers: 1, threads: 0}

    # What every job starts from; a job's own fields come first.
    defaults:
      retries: 2          # further attempts after a failure that is not the spec's or the music's
      timeout: 2h         # the most that one attempt may take

    jobs:
      # MIDI files straight in inbox/ are the corpus "loose"; those in inbox/bach/ are the corpus "bach".
      first:
        # With no schedule a job runs only by hand: ritornello run first
        #schedule: "0 3 * * *"              # each night at three; or @daily, {every: 6h}, {at: 2026-12-24T18:00}
        #schedule: {when: corpus-changes, quiet: 60s}
        #timezone: Europe/Berlin
        corpus: loose
        train:
          from: latest                      # go on from this job's last weights; the first time from scratch
          preset: chorale                   # for music in up to four lines; fields beside it override it
          #representation: {name: steps, holds: true}   # for music of any number of lines, such as the piano's
          minutes: 20
        generate:
          songs: 4
          length: 16 bars

    """#
}
