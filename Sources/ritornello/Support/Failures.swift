import ArgumentParser
import Composition
import Glibc
import Identity
import Network
import StrictYAML

/// Does some work and turns what it throws into a message and an exit status.
func reporting<Result>(_ interruption: Interruption? = nil, _ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch is Interrupted {
    throw interruption?.exitCode ?? ExitCode(143)
  } catch let error as CompositionError {
    switch error.kind {
    case .data, .spec: throw fail(error.message, Exit.data)
    case .machine: throw fail(error.message, Exit.inputOutput)
    case .fault: throw fail(error.message, Exit.software)
    }
  } catch let error as NetworkError {
    throw fail("\(error)", Exit.data)
  } catch let error as PathWalk.Problem {
    switch error.kind {
    case .noSuchPath: throw fail("\(error.path.shown): \(error.message)", Exit.noInput)
    case .unusable: throw fail("\(error.path.shown): \(error.message)", Exit.data)
    case .machine: throw fail("\(error.path.shown): \(error.message)", Exit.inputOutput)
    }
  } catch let error as ExitCode {
    throw error
  } catch {
    throw fail("\(error)", Exit.software)
  }
}

/// The value, or the end of the command with all that is wrong.
func unwrap<Value>(_ value: Value?, _ diagnostics: [Diagnostic]) throws -> Value {
  for diagnostic in diagnostics { printError(diagnostic.rendered) }
  guard let value, diagnostics.isEmpty else {
    throw ExitCode(diagnostics.contains { $0.line > 0 } ? Exit.data : Exit.usage)
  }
  return value
}

/// The music that some paths mean.
func music(at paths: [String]) throws -> [MusicFile] {
  try paths.flatMap { path in
    let argument = PathWalk.argument(path)
    return try PathWalk.files(at: [argument]).map { file in
      MusicFile(name: file.shown, path: file, corpus: corpus(of: file, foundAt: argument))
    }
  }
}

/// The corpus of a file outside of any studio: the name of the folder that was given, or of its own.
private func corpus(of file: FileName, foundAt argument: FileName) -> String? {
  let parts = PathWalk.absolute(argument).bytes.split(separator: UInt8(ascii: "/"))
  return parts.dropLast(file == argument ? 1 : 0).last.map { FileName(bytes: Array($0)).shown }
}

/// The weights of a path: 66 where there is no such file, 65 where they cannot be used.
func readWeights(_ path: String) throws -> (weights: WeightsFile, hash: ContentHash) {
  if path == "starter" {
    guard StarterWeights.path != nil else {
      throw fail(
        "the starter weights are not where this program looks for them: beside it or in share/ritornello", Exit.noInput)
    }
    return try StarterWeights.read()
  }
  guard DurableFile.exists(path) else { throw fail("\(FileName(path).shown): there is no such file", Exit.noInput) }
  return try WeightsFile.read(path)
}

/// Finds out before any work whether a file could be written: 73 where it could not.
func checkOutput(_ path: String) throws {
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  guard access(folder, W_OK | X_OK) == 0 else {
    let reason = String(cString: strerror(errno))
    throw fail("cannot write \(FileName(path).shown): \(FileName(folder).shown): \(reason)", Exit.cannotCreate)
  }
  var facts = stat()
  if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
    throw fail("cannot write \(FileName(path).shown): it is a folder", Exit.cannotCreate)
  }
}

/// The bytes of a settings file, if one is named.
func readSettings(_ path: String?) throws -> [UInt8]? {
  guard let path else { return nil }
  return try PathWalk.read(PathWalk.argument(path), limit: 1 << 20)
}
