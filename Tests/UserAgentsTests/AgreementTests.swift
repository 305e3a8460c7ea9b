import Testing

@testable import UserAgents

/// Whether we call agents what uap-core's authors call them.
@Suite struct AgreementTests {
  @Test(arguments: [
    (UAPCore.browserFiles, \Families.browser), (UAPCore.osFiles, \.os), (UAPCore.deviceFiles, \.device),
  ])
  func familiesAreThoseOfTheTestFiles(
    _ names: [String], _ family: any KeyPath<Families, String?> & Sendable
  ) throws {
    let patterns = try UAPCore.patterns.get()
    for name in names {
      let cases = try UAPCore.cases(name)
      let differing = cases.filter { (patterns.families(of: $0.agent)[keyPath: family] ?? "Other") != $0.family }
      print("uap-core \(name): \(cases.count - differing.count) of \(cases.count) agree")
      #expect(cases.count > 20)
      #expect(differing.map(\.agent) == [])
    }
  }

  @Test func noAgentOfTheTestFilesIsGivenUp() throws {
    let patterns = try UAPCore.patterns.get()
    #expect(try UAPCore.agents.get().filter { patterns.families(of: $0).isGivenUp } == [])
  }
}
