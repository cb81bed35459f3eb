/// How the log is written: a line of text, or a JSON object on a line, for each event.
package enum LogFormat: String, Sendable, CaseIterable { case text, json }
