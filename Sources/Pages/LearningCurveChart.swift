/// A learning curve as an SVG picture: losses of training and of validation against iterations, and below them how much
/// the songs of the weights of that time copy.
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
  /// How much songs copied, in bars; empty: there is no second panel.
  package var copied: [Point]
  /// What is usual of it among people; nil: it is not known.
  package var yardstick: Double?
  /// The iteration whose weights were kept; nil: none is marked.
  package var keptIteration: Int?
  /// Lines of text below the curves.
  package var notes: [String]

  package init(
    title: String, training: [Point], validation: [Point], copied: [Point] = [], yardstick: Double? = nil,
    keptIteration: Int? = nil, notes: [String] = []
  ) {
    self.title = title
    self.training = training
    self.validation = validation
    self.copied = copied
    self.yardstick = yardstick
    self.keptIteration = keptIteration
    self.notes = notes
  }

  private static let width = 720.0
  private static let left = 64.0
  private static let right = 704.0

  /// The picture: one `svg` element with a title, with no style sheet and no script.
  package var svg: String {
    let training = training.filter { Self.canBeShown($0.value) }
    let validation = validation.filter { Self.canBeShown($0.value) }
    let copied = copied.filter { Self.canBeShown($0.value) }
    let losses = training + validation
    let last = max(1, (losses + copied).map(\.iteration).max() ?? 1, keptIteration ?? 1)
    let loss = Panel(top: 48, bottom: 336, values: Axis(losses.map(\.value)), last: last)
    var panels = lines(of: loss, [("training", "#1f77b4", training), ("validation", "#d62728", validation)])
    if let keptIteration {
      let x = loss.x(Double(keptIteration))
      let isLate = x > (Self.left + Self.right) / 2
      panels.append(text("kept", x: x + (isLate ? -4 : 4), y: loss.top + 10, anchor: isLate ? "end" : "start"))
    }
    var bottom = loss.bottom
    if !copied.isEmpty {
      let usual = yardstick.flatMap { Self.canBeShown($0) ? $0 : nil }
      let values = Axis([0] + copied.map(\.value) + (usual.map { [$0] } ?? []))
      let panel = Panel(top: bottom + 64, bottom: bottom + 172, values: values, last: last)
      panels += lines(of: panel, [("longest run of notes that songs copy, bars, mean over songs", "#2ca02c", copied)])
      if let usual {
        let y = panel.y(usual)
        panels.append(line(from: (Self.left, y), to: (Self.right, y), colour: "#2ca02c", isDashed: true))
        // Where the line is the uppermost, the legend stands above it.
        let below = y < panel.top + 16
        panels.append(text("95 of 100 held-out songs", x: Self.right, y: y + (below ? 14 : -4), anchor: "end"))
      }
      bottom = panel.bottom
    }
    let height = bottom + 52 + 18 * Double(notes.count)
    let notes = notes.enumerated().map { number, note in
      text(note, x: Self.left, y: bottom + 52 + 18 * Double(number), anchor: "start")
    }
    let head = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(told(Self.width)) \(told(height))\" role=\"img\" "
        + "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333333\">",
      "<title>\(escaped(title))</title>",
      "<rect width=\"\(told(Self.width))\" height=\"\(told(height))\" fill=\"#ffffff\"/>",
      text(title, x: Self.left, y: 20, anchor: "start"),
    ]
    return (head + panels + notes + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// Says whether a scale may hold a value: is it a number, and none so large that sums of it would be none.
  private static func canBeShown(_ value: Double) -> Bool { abs(value) < 1e15 }

  /// A part of the picture with values of its own, all iterations wide.
  private struct Panel {
    var top: Double
    var bottom: Double
    var values: Axis
    /// The iteration at the right edge.
    var last: Int

    func y(_ value: Double) -> Double { bottom - (bottom - top) * (value - values.low) / (values.high - values.low) }

    func x(_ iteration: Double) -> Double {
      LearningCurveChart.left + (LearningCurveChart.right - LearningCurveChart.left) * iteration / Double(last)
    }
  }

  /// A panel with its scales, the kept iteration, and its curves: name, colour, points.
  private func lines(of panel: Panel, _ curves: [(String, String, [Point])]) -> [String] {
    var lines: [String] = []
    for value in panel.values.marks {
      let y = panel.y(value)
      lines.append(line(from: (Self.left, y), to: (Self.right, y), colour: "#dddddd"))
      lines.append(text(told(value), x: Self.left - 8, y: y + 4, anchor: "end"))
    }
    for iteration in Axis([0, Double(panel.last)], isWithin: true).marks {
      let x = panel.x(iteration)
      lines.append(line(from: (x, panel.bottom), to: (x, panel.bottom + 4), colour: "#999999"))
      lines.append(text(told(iteration), x: x, y: panel.bottom + 18, anchor: "middle"))
    }
    lines.append(text("iterations", x: Self.right, y: panel.bottom + 34, anchor: "end"))
    lines.append(line(from: (Self.left, panel.bottom), to: (Self.right, panel.bottom), colour: "#999999"))
    if let keptIteration {
      let x = panel.x(Double(keptIteration))
      lines.append(line(from: (x, panel.top), to: (x, panel.bottom), colour: "#999999", isDashed: true))
    }
    for (number, curve) in curves.enumerated() { lines += self.curve(curve, number, in: panel) }
    return lines
  }

  private func curve(_ curve: (name: String, colour: String, points: [Point]), _ number: Int, in panel: Panel)
    -> [String]
  {
    let places = curve.points.map { (panel.x(Double($0.iteration)), panel.y($0.value)) }
    guard !places.isEmpty else { return [] }
    let x = Self.left + 100 * Double(number), y = panel.top - 12
    var lines = [
      line(from: (x, y), to: (x + 20, y), colour: curve.colour, width: 2),
      text(curve.name, x: x + 26, y: y + 4, anchor: "start"),
    ]
    if places.count > 1 {
      let path = places.map { "\(told($0.0)),\(told($0.1))" }.joined(separator: " ")
      lines.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(curve.colour)\" stroke-width=\"1.5\"/>")
    }
    // Few points are seen only where they are marked.
    if places.count <= 40 {
      lines += places.map { "<circle cx=\"\(told($0.0))\" cy=\"\(told($0.1))\" r=\"2.5\" fill=\"\(curve.colour)\"/>" }
    }
    return lines
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
