import Testing

/// The golden run: what the click path is to make of crafted requests, by the books of `Goldens/Click/*.golden`. Their
/// expectations come from the product's rules, never from a run: where the two differ, one of them is wrong.
@Suite struct ClickGoldenTests {
  static let names = [
    "fraud", "counting", "caps", "filters", "clocks", "routing", "request", "destinations", "landings",
  ]

  private static let parts = Result { try GoldenParts() }

  @Test(arguments: names) func theClickPathGoesByTheBook(_ name: String) throws {
    let parts = try Self.parts.get()
    for world in try GoldenFile(name).worlds {
      for difference in try world.differences(parts) { Issue.record("\(name).golden: \(difference)") }
    }
  }

  @Test func theBookHasAtLeastThreeHundredRequests() throws {
    #expect(try Self.names.reduce(0) { try $0 + GoldenFile($1).requests } >= 300)
  }
}

extension GoldenFile.World {
  /// Where what happens is not what is written.
  func differences(_ parts: GoldenParts) throws -> [String] {
    let tracker = try GoldenWorld(parts)
    var differences: [String] = []
    for line in lines {
      switch line {
      case .setUp(let words): try tracker.apply(words)
      case .request(let request):
        for _ in 0..<request.count {
          for difference in try tracker.answer(request).differences(from: request.expected) {
            differences.append("line \(request.number) (\(name)): \(difference)")
          }
        }
      }
    }
    return differences
  }
}
