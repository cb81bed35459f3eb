import Foundation
import Testing

@testable import Jobs

@Suite("Settings as JSON")
struct SettingsJSONTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var schedule: String
    var json: String
    var testDescription: String { schedule }
  }

  @Test(
    "a schedule stands in JSON as in jobs.yaml",
    arguments: [
      Row(schedule: "\"0 3 * * *\"", json: #""0 3 * * *""#),
      Row(schedule: "{every: 6h}", json: #"{"every":"6h"}"#),
      Row(schedule: "{when: corpus-changes, quiet: 3s}", json: #"{"quiet":"3s","when":"corpus-changes"}"#),
    ])
  func schedules(row: Row) throws {
    let parsed = Parsed("jobs: {j: {corpus: c, schedule: \(row.schedule), train: {}}}")
    #expect(parsed.said == [])
    let schedule = try #require(parsed.file?.jobs.first?.schedule)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode([schedule])
    #expect(String(decoding: data, as: UTF8.self) == "[\(row.json)]")
    #expect(try JSONDecoder().decode([ScheduleSpec].self, from: data) == [schedule])
  }

  @Test("every field of a training stands in JSON, also those that are none, and is read back")
  func training() throws {
    let train = try Parsed(train: "iterations: 3").train()
    let data = try JSONEncoder().encode(train)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in ["preset", "minutes", "patience", "transpose", "average"] { #expect(object[key] is NSNull) }
    #expect(try JSONDecoder().decode(TrainSettings.self, from: data) == train)
  }

  @Test("fields of the network and batches an iteration stand in JSON by the names of jobs.yaml")
  func handingUp() throws {
    let train = try Parsed(train: "accumulate: 3", "network: {layers: 2, residual: true, layer_norm: true}").train()
    let data = try JSONEncoder().encode(train)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let network = try #require(object["network"] as? [String: Any])
    #expect(object["accumulate"] as? Int == 3)
    #expect(network["residual"] as? Bool == true && network["layer_norm"] as? Bool == true)
    #expect(try JSONDecoder().decode(TrainSettings.self, from: data) == train)
  }

  @Test("settings that were written before these fields were there are read as they were meant")
  func earlier() throws {
    let train = try Parsed(train: "iterations: 3").train()
    let data = try JSONEncoder().encode(train)
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var network = try #require(object["network"] as? [String: Any])
    object["accumulate"] = nil
    object["precision"] = nil
    network["residual"] = nil
    network["layer_norm"] = nil
    object["network"] = network
    let earlier = try JSONSerialization.data(withJSONObject: object)
    #expect(try JSONDecoder().decode(TrainSettings.self, from: earlier) == train)
  }
}
