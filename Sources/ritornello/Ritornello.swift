import ArgumentParser
import Composition
import Glibc
import Network

/// The command line: one subcommand a file.
@main
struct Ritornello: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ritornello",
    abstract: "Compose new music from a folder of MIDI files.",
    discussion: """
      Drop MIDI files into a studio's inbox, say in jobs.yaml what is to be made and when, and collect songs from its \
      outbox.

      ritornello init music
      """,
    version: ProgramVersion.current,
    subcommands: [
      InitCommand.self, CheckCommand.self, WatchCommand.self, RunCommand.self, StatusCommand.self,
      CancelCommand.self, RetryCommand.self, DoctorCommand.self, ReproduceCommand.self, SongsCommand.self,
      RunsCommand.self, WeightsCommand.self, CorpusCommand.self, LineageCommand.self, TrainCommand.self,
      GenerateCommand.self,
      EvaluateCommand.self, MeasureCommand.self, InspectCommand.self, TensorsCommand.self, WorkCommand.self,
    ])

  static func main() {
    // Names in archives are UTF-8 or bytes, whatever the person's locale is.
    setlocale(LC_CTYPE, "C.UTF-8")
    do {
      var command = try parseAsRoot()
      try checkKernels()
      try command.run()
      try StandardOutput.flush()
    } catch {
      finish(error)
    }
  }

  /// Refuses a build of the kernels that this processor cannot run.
  private static func checkKernels() throws {
    do {
      _ = try KernelChoice.select()
    } catch {
      throw fail("\(error)", Exit.usage)
    }
  }

  /// The discussion of the command that the command line names.
  private static var discussion: String {
    let names = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("-") && $0 != "help" }
    var command: any ParsableCommand.Type = Ritornello.self
    for name in names {
      let next = command.configuration.subcommands.first { $0.configuration.commandName == name }
      guard let next else { break }
      command = next
    }
    return command.configuration.discussion
  }

  private static func finish(_ error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    guard code == .success else {
      if !message.isEmpty { printError(message) }
      exit(withError: code)
    }
    if !message.isEmpty { print(HelpText.withExamplesLast(message, discussion: discussion)) }
    do {
      try StandardOutput.flush()
    } catch {
      exit(withError: error)
    }
    exit(withError: nil)
  }
}
