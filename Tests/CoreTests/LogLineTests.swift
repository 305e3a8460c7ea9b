import Logging
import Testing

@testable import Core

@Suite struct LogLineTests {
  private let time = Timestamp(milliseconds: 1_795_255_200_123)

  private func line(
    _ message: Logger.Message, _ metadata: Logger.Metadata? = nil, format: LogFormat, own: Logger.Metadata = [:],
    error: (any Error)? = nil
  ) -> String {
    var handler = LineLogHandler(label: "tracker", level: .info, format: format)
    for (key, value) in own { handler[metadataKey: key] = value }
    let event = LogEvent(
      level: .warning, message: message, error: error, metadata: metadata, source: nil, file: "f", function: "f",
      line: 1)
    return String(decoding: handler.line(for: event, at: time), as: UTF8.self)
  }

  @Test func textIsALineForPeople() {
    #expect(line("Started", format: .text) == "2026-11-21T10:00:00.123Z warning tracker: Started\n")
    #expect(
      line("Started", ["port": "3000", "host": "a"], format: .text)
        == "2026-11-21T10:00:00.123Z warning tracker: Started host=a port=3000\n")
  }

  @Test func jsonIsAnObjectForMachines() {
    #expect(
      line("Started", ["port": "3000"], format: .json)
        == #"{"ts":"2026-11-21T10:00:00.123Z","level":"warning","logger":"tracker","message":"Started","port":"3000"}"#
        + "\n")
  }

  @Test func theEventsFieldsWinOverTheLoggersOwn() {
    #expect(
      line("x", ["a": "event"], format: .text, own: ["a": "own", "b": "own"]).hasSuffix("x a=event b=own\n"))
  }

  @Test func theErrorOfAnEventIsAField() {
    let error = ConfigurationError(problems: ["PORT is wrong"])
    #expect(line("x", format: .text, error: error).hasSuffix("x error=PORT is wrong\n"))
    #expect(line("x", format: .json, error: error).hasSuffix(#""message":"x","error":"PORT is wrong"}"# + "\n"))
  }

  @Test(arguments: ["\n", "\r\n", "\r", "\u{1B}[2J", "\u{0}", "\u{85}", "\u{9B}2J"])
  func nothingASenderWritesStartsALineOrMovesACursor(evil: String) throws {
    for format in LogFormat.allCases {
      let line = line("a\(evil)b", ["referrer": "c\(evil)2026 info tracker: forged"], format: format)
      let controls = line.unicodeScalars.filter { $0.properties.generalCategory == .control && $0.value < 0x80 }
      #expect(controls.map(\.value) == [0x0A], "only the end of the line: \(line.debugDescription)")
      if format == .json { #expect(try JSONValue.parse(line)["message"] == .string("a\(evil)b")) }
    }
    #expect(
      !line("a\(evil)b", format: .text).dropLast().unicodeScalars.contains { $0.properties.generalCategory == .control }
    )
  }
}
