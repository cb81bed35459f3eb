/// A learning curve as an SVG picture: losses of training and of validation against iterations.
package struct LearningCurveChart: Sendable {
  /// A place on a curve.
  package struct Point: Sendable, Equatable {
    package var iteration: Int
    package var value: Double

    package init(iteration: Int, value: Double) {
      self.iteration = iteration
      self.value = value
    }
  }

  package var title: String
  package var training: [Point]
  package var validation: [Point]
  /// The iteration whose weights were kept; nil: none is marked.
  package var keptIteration: Int?
  /// Lines of text below the curves.
  package var notes: [String]

  package init(
    title: String, training: [Point], validation: [Point], keptIteration: Int? = nil, notes: [String] = []
  ) {
    self.title = title
    self.training = training
    self.validation = validation
    self.keptIteration = keptIteration
    self.notes = notes
  }

  private static let width = 720.0
  private static let left = 64.0
  private static let right = 704.0
  private static let top = 48.0
  private static let bottom = 336.0

  /// The picture: one `svg` element with a title, with no style sheet and no script.
  package var svg: String {
    let points = (training + validation).filter { $0.value.isFinite }
    let last = max(1, points.map(\.iteration).max() ?? 1, keptIteration ?? 1)
    let values = Axis(points.map(\.value))
    let height = Self.bottom + 52 + 18 * Double(notes.count)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(told(Self.width)) \(told(height))\" role=\"img\" "
        + "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333333\">",
      "<title>\(escaped(title))</title>",
      "<rect width=\"\(told(Self.width))\" height=\"\(told(height))\" fill=\"#ffffff\"/>",
      text(title, x: Self.left, y: 20, anchor: "start"),
    ]
    for value in values.marks {
      let y = place(value, values)
      lines.append(line(from: (Self.left, y), to: (Self.right, y), colour: "#dddddd"))
      lines.append(text(told(value), x: Self.left - 8, y: y + 4, anchor: "end"))
    }
    for iteration in Axis([0, Double(last)], isWithin: true).marks {
      let x = place(iteration: iteration, of: last)
      lines.append(line(from: (x, Self.bottom), to: (x, Self.bottom + 4), colour: "#999999"))
      lines.append(text(told(iteration), x: x, y: Self.bottom + 18, anchor: "middle"))
    }
    lines.append(text("iterations", x: Self.right, y: Self.bottom + 34, anchor: "end"))
    lines.append(line(from: (Self.left, Self.bottom), to: (Self.right, Self.bottom), colour: "#999999"))
    if let keptIteration {
      let x = place(iteration: Double(keptIteration), of: last)
      lines.append(line(from: (x, Self.top), to: (x, Self.bottom), colour: "#999999", isDashed: true))
      let isLate = x > (Self.left + Self.right) / 2
      lines.append(text("kept", x: x + (isLate ? -4 : 4), y: Self.top + 10, anchor: isLate ? "end" : "start"))
    }
    lines += curve(training, "training", "#1f77b4", legend: 0, last, values)
    lines += curve(validation, "validation", "#d62728", legend: 1, last, values)
    for (number, note) in notes.enumerated() {
      lines.append(text(note, x: Self.left, y: Self.bottom + 52 + 18 * Double(number), anchor: "start"))
    }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private func curve(
    _ points: [Point], _ name: String, _ colour: String, legend: Int, _ last: Int, _ values: Axis
  ) -> [String] {
    let points = points.filter { $0.value.isFinite }
    guard !points.isEmpty else { return [] }
    let places = points.map { (place(iteration: Double($0.iteration), of: last), place($0.value, values)) }
    let x = Self.left + 100 * Double(legend)
    var lines = [
      line(from: (x, 36), to: (x + 20, 36), colour: colour, width: 2), text(name, x: x + 26, y: 40, anchor: "start"),
    ]
    if places.count > 1 {
      let path = places.map { "\(told($0.0)),\(told($0.1))" }.joined(separator: " ")
      lines.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>")
    }
    // Few points are seen only where they are marked.
    if places.count <= 40 {
      lines += places.map { "<circle cx=\"\(told($0.0))\" cy=\"\(told($0.1))\" r=\"2.5\" fill=\"\(colour)\"/>" }
    }
    return lines
  }

  private func place(iteration: Double, of last: Int) -> Double {
    Self.left + (Self.right - Self.left) * iteration / Double(last)
  }

  private func place(_ value: Double, _ axis: Axis) -> Double {
    Self.bottom - (Self.bottom - Self.top) * (value - axis.low) / (axis.high - axis.low)
  }

  private func line(
    from start: (Double, Double), to end: (Double, Double), colour: String, width: Double = 1, isDashed: Bool = false
  ) -> String {
    "<line x1=\"\(told(start.0))\" y1=\"\(told(start.1))\" x2=\"\(told(end.0))\" y2=\"\(told(end.1))\" "
      + "stroke=\"\(colour)\" stroke-width=\"\(told(width))\"" + (isDashed ? " stroke-dasharray=\"4 3\"" : "") + "/>"
  }

  private func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
    "<text x=\"\(told(x))\" y=\"\(told(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
  }

  /// A scale with marks at round numbers.
  private struct Axis {
    var low: Double
    var high: Double
    var marks: [Double] = []

    /// - Parameters:
    ///   - values: what the scale covers.
    ///   - isWithin: whether it ends with the values rather than at the next mark.
    init(_ values: [Double], isWithin: Bool = false) {
      low = values.min() ?? 0
      high = values.max() ?? 1
      if !(high - low > 1e-12 * max(1, abs(high))) { high = low + max(1, abs(low) * 0.1) }
      let rough = (high - low) / 5
      var power = 1.0
      while power * 10 <= rough { power *= 10 }
      while power > rough { power /= 10 }
      let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
      let first = (low / step).rounded(isWithin ? .up : .down)
      let last = (high / step).rounded(isWithin ? .down : .up)
      guard last - first < 100 else { return }
      marks = (0...Int(max(0, last - first))).map { (first + Double($0)) * step }
      if !isWithin { (low, high) = (first * step, last * step) }
    }
  }
}

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
