import Testing

@testable import Pages

@Suite("The picture of a learning curve")
struct LearningCurveChartTests {
  private typealias Point = LearningCurveChart.Point

  /// What a picture holds, once its elements are found to be well nested.
  private struct Elements {
    var names: [String: Int] = [:]
    var text = ""
  }

  private func parsed(_ svg: String) throws -> Elements {
    var elements = Elements()
    var open: [String] = []
    var rest = Substring(svg)
    while let start = rest.firstIndex(of: "<") {
      elements.text += rest[..<start]
      let end = try #require(rest[start...].firstIndex(of: ">"))
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        #expect(open.popLast() == String(tag.dropFirst()))
        continue
      }
      let name = String(tag.prefix { $0 != " " && $0 != "/" })
      elements.names[name, default: 0] += 1
      #expect(tag.count { $0 == "\"" }.isMultiple(of: 2))
      if !tag.hasSuffix("/") { open.append(name) }
    }
    #expect(open.isEmpty)
    // Entities are all that begins with an ampersand.
    #expect(elements.text.matches(of: /&(amp|lt|gt|quot|#39);/).count == elements.text.count { $0 == "&" })
    return elements
  }

  @Test("both curves, their names, the kept iteration and the notes are in a well-formed picture")
  func whole() throws {
    let training = (1...100).map { Point(iteration: $0, value: 4 / Double($0) + 1) }
    let validation = [20, 40, 60, 80, 100].map { Point(iteration: $0, value: 2 + Double($0 % 60) / 100) }
    let chart = LearningCurveChart(
      title: "nightly/0007 <b>&\"'", training: training, validation: validation, keptIteration: 60,
      notes: ["copied: \u{7}at most 2 bars"])
    let picture = try parsed(chart.svg)
    #expect(picture.names["polyline"] == 2 && picture.names["title"] == 1 && picture.names["circle"] == 5)
    let title = "nightly/0007 &lt;b&gt;&amp;&quot;&#39;"
    for text in [title, "training", "validation", "kept", "iterations", "copied: at most 2 bars"] {
      #expect(picture.text.contains(text), "\(text)")
    }
    #expect(!chart.svg.contains("script") && !chart.svg.contains("style="))
  }

  @Test("what songs copied has a panel of its own, with what held-out songs do as a line")
  func copied() throws {
    let losses = [Point(iteration: 10, value: 2), Point(iteration: 20, value: 1)]
    let bars = [Point(iteration: 10, value: 0.5), Point(iteration: 20, value: 1.5)]
    var chart = LearningCurveChart(title: "", training: losses, validation: [], copied: bars, yardstick: 4)
    var picture = try parsed(chart.svg)
    #expect(picture.names["polyline"] == 2 && picture.names["circle"] == 4)
    #expect(picture.text.contains("bars") && picture.text.contains("95 of 100 held-out songs"))
    // Zero is at the panel's foot: a third of the way from the first place to the second is as far as from there to it.
    let heights = chart.svg.matches(of: /cy="([0-9.]+)" r="2.5" fill="#2ca02c"/).compactMap { Double($0.1) }
    let foot = 336 + 172.0
    #expect(heights.count == 2 && abs((foot - heights[0]) * 3 - (foot - heights[1])) < 0.1)
    chart.yardstick = nil
    #expect(try !parsed(chart.svg).text.contains("held-out"))
    chart.copied = []
    picture = try parsed(chart.svg)
    #expect(picture.names["polyline"] == 1 && !picture.text.contains("bars"))
  }

  @Test(
    "whatever the values are, every place lies within the picture",
    arguments: [
      [], [1], [3, 3, 3], [0, 0], [-1e-9, 1e-9], [1e12, -1e12], [.infinity, 2, .nan, 1], [1.7e308, -1.7e308],
      [1e-300, 2e-300],
      [5, 5.0000001],
    ] as [[Double]])
  func places(values: [Double]) throws {
    let points = values.enumerated().map { Point(iteration: $0 + 1, value: $1) }
    let svg = LearningCurveChart(
      title: "", training: points, validation: points, copied: points, yardstick: values.last
    ).svg
    _ = try parsed(svg)
    for match in svg.matches(of: /(cx|cy|x1|y1)="(-?[0-9.]+)"/) {
      let place = try #require(Double(match.2))
      #expect(place >= 0 && place <= 720)
    }
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test("numbers are told in the digits that they need")
  func numbers() {
    #expect(
      [0, 1, -2.5, 0.125, 1234.4, 0.00012, -0.0000001].map(told) == ["0", "1", "-2.5", "0.125", "1234", "0.00012", "0"])
  }
}
