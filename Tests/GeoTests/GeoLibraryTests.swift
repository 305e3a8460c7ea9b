import ClickPath
import Core
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Geo

@Suite struct GeoLibraryTests {
  @Test func withoutFilesNothingIsKnownAndNothingFails() throws {
    let library = GeoLibrary(folder: "/nonexistent/geoip", scratch: "/nonexistent")
    #expect(library.reload().isEmpty)
    #expect(library.locate(try ip("198.18.0.1")).country == nil)
    #expect(library.status().map(\.edition) == ["GeoLite2-City", "GeoLite2-ASN"])
    #expect(library.status().allSatisfy { $0.state(at: Timestamp(seconds: 0)) == .missing })
  }

  @Test func theDatabasesAnswerTogether() throws {
    let files = try GeoFiles()
    try files.make("GeoLite2-City", ["198.18.0.0/16": city("US", "United States", "Texas", "Austin")])
    try files.make("GeoLite2-ASN", ["198.18.0.0/16": network("Lone Star Fiber")])
    try files.make("GeoIP2-Connection-Type", ["198.18.0.0/16": ["connection_type": "Cellular"]])
    let library = files.library()
    #expect(library.reload() == [.city, .network, .connection])
    let answer = library.locate(try ip("198.18.3.4"))
    #expect(
      [answer.country, answer.countryName, answer.region, answer.city, answer.isp, answer.connection] == [
        "US", "United States", "Texas", "Austin", "Lone Star Fiber", "cellular",
      ])
    #expect(answer.asn == 64_500)
    #expect(library.reload().isEmpty)
  }

  @Test func aPaidEditionGoesBeforeTheFreeOne() throws {
    let files = try GeoFiles()
    try files.make("GeoLite2-City", ["198.18.0.0/16": city("US")])
    let library = files.library()
    library.reload()
    try files.make("GeoIP2-City", ["198.18.0.0/16": city("CA")])
    #expect(library.reload() == [.city])
    #expect(library.locate(try ip("198.18.0.1")).country == "CA")
    try FileManager.default.removeItem(atPath: files.path("GeoIP2-City.mmdb"))
    library.reload()
    #expect(library.locate(try ip("198.18.0.1")).country == "US")
  }

  @Test func theStatusSaysWhatIsInUseAndHowOldItIs() throws {
    let files = try GeoFiles()
    let clock = TestClock()
    try files.make("GeoLite2-City", ["198.18.0.0/16": city("US")], builtAt: clock.now() - .days(30))
    let library = files.library(clock: clock)
    library.reload()
    let status = try #require(library.status().first)
    #expect(status.state(at: clock.now()) == .ok)
    #expect(status.state(at: clock.now() + .seconds(1)) == .old)
    let facts = try #require(status.facts)
    #expect(facts.type == "GeoLite2-City" && facts.nodeCount > 16 && facts.size > 100)
    #expect(status.loadedAt == clock.now())
    let sum = try files.run("/usr/bin/sha256sum", [files.path("GeoLite2-City.mmdb")])
    #expect(sum.hasPrefix(facts.checksum))
  }

  @Test func aBadFileLeavesWhatWasLoadedInUseAndAMissingOneTakesItAlong() throws {
    let files = try GeoFiles()
    let path = try files.make("GeoLite2-City", ["198.18.0.0/16": city("US")])
    let library = files.library()
    library.reload()
    #expect(try files.mappings == 1)
    try Data("rubbish".utf8).write(to: URL(filePath: path))
    #expect(library.reload() == [.city])
    #expect(library.reload().isEmpty, "a bad file is looked into once")
    #expect(library.locate(try ip("198.18.0.1")).country == "US")
    #expect(library.status().first?.state(at: Timestamp(seconds: 1_795_000_000)) == .corrupt)
    try FileManager.default.removeItem(atPath: path)
    library.reload()
    #expect(library.locate(try ip("198.18.0.1")).country == nil)
    #expect(try files.mappings == 0)
  }

  @Test func aFileOverwrittenInPlaceDisturbsNobody() throws {
    let files = try GeoFiles()
    let path = try files.make("GeoLite2-City", ["198.18.0.0/16": city("US")])
    let library = files.library()
    library.reload()
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.close()
    #expect(library.locate(try ip("198.18.77.1")).country == "US")
    library.reload()
    #expect(library.locate(try ip("198.18.78.1")).country == "US")
  }

  @Test func lookUpsGoOnWhileFilesAreExchangedAndOldMappingsAreClosed() async throws {
    let files = try GeoFiles()
    let library = files.library()
    let versions = try (0..<2).map { number in
      let code = ["AA", "BB"][number]
      let made = try files.make(
        "GeoLite2-City", ["198.18.0.0/16": city(code, "Country \(code)", "Region \(code)", "City \(code)")])
      let kept = files.path("version-\(number)")
      try FileManager.default.moveItem(atPath: made, toPath: kept)
      return kept
    }
    try put(versions[0], files)
    library.reload()
    let isOver = Atomic(false)
    let lookUps = (0..<4).map { _ in Counter() }
    let wrong = Mutex<[String]>([])
    for counter in lookUps {
      Thread {
        while !isOver.load(ordering: .acquiring) {
          let address = IPAddress(v4: 0xC612_0000 | UInt32(truncatingIfNeeded: counter.value) & 0xFFFF)
          let answer = library.locate(address)
          let isRight = ["AA", "BB"].contains { answer.country == $0 && answer.city == "City " + $0 }
          if !isRight { wrong.withLock { $0.append("\(answer)") } }
          counter.increment()
        }
      }.start()
    }
    try await eventually("every thread looking up") { lookUps.allSatisfy { $0.value > 0 } }
    for round in 1...60 {
      try put(versions[round % 2], files)
      #expect(library.reload() == [.city])
    }
    let before = lookUps.map(\.value)
    try await eventually("the look-ups going on") { zip(lookUps, before).allSatisfy { $0.value > $1 } }
    isOver.store(true, ordering: .releasing)
    #expect(wrong.withLock { $0.prefix(3).joined(separator: "\n") } == "")
    try await eventually("the old mappings closed") { try files.mappings == 1 }
    withExtendedLifetime(library) {}
  }

  private func put(_ version: String, _ files: GeoFiles) throws {
    let draft = files.path("draft")
    try? FileManager.default.removeItem(atPath: draft)
    try FileManager.default.copyItem(atPath: version, toPath: draft)
    try #require(rename(draft, files.path("GeoLite2-City.mmdb")) == 0)
  }
}
