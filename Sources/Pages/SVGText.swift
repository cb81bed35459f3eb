/// A number in decimal digits, with at most three places after the point that tell something.
func told(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "0" }
  // Small values need more places to differ at all.
  let places = abs(value) < 0.01 && value != 0 ? 6 : abs(value) < 1 ? 4 : abs(value) < 1000 ? 2 : 0
  var scale = 1
  for _ in 0..<places { scale *= 10 }
  let scaled = Int((abs(value) * Double(scale)).rounded())
  var digits = String(scaled % scale + scale).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  let whole = String(scaled / scale)
  return (value < 0 && scaled > 0 ? "-" : "") + whole + (scale == 1 || digits.isEmpty ? "" : "." + digits)
}

/// A text as XML holds it; what XML cannot hold is left out.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
