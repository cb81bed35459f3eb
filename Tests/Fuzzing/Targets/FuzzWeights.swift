import Composition
import Network

/// Reads bytes as safetensors and as weights: what is read can be written, and read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let file = try Safetensors(bytes: bytes)
    let written = file.encoded()
    hold((try? Safetensors(bytes: written).encoded()) == written, "written and read again, it is another file")
  } catch {
    hold((0...count).contains(error.offset), "the error \(error) is outside the file")
    hold(isHarmless("\(error)"), "the error holds control characters")
  }
  do {
    let weights = try WeightsFile(bytes, path: "w.safetensors")
    hold((try? weights.encoded()) != nil, "weights that were read cannot be written")
  } catch {
    hold(isHarmless(error.message), "the refusal holds control characters")
  }
  return 0
}
