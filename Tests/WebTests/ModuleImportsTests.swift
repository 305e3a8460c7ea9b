import Core
import Foundation
import HTTPTypes
import Testing

@testable import Web

@Suite struct ModuleImportsTests {
  private let files: [String: [UInt8]] = [
    "page.js": Array("import { a } from \"./lib/a.js\";\nimport './lib/b.js'; const x = \"from './lib/c.js'\";".utf8),
    "lib/a.js": Array("import{c as d}from\"./c.js\";export{d as a}".utf8),
    "lib/b.js": Array("import(\"./a.js\"); import \"./gone.js\"".utf8),
    "lib/c.js": Array("export const c=1".utf8),
  ]

  @Test func modulesImportEachOtherUnderTheirHashedNames() throws {
    let assets = StaticAssets(files: files, prefix: "/assets")
    let text = { (name: String) in
      let bytes: [UInt8] = try #require(assets.content(of: name))
      return String(decoding: bytes, as: UTF8.self)
    }
    let hashed = { (name: String) in String(assets.url(name).split(separator: "/").last ?? "") }
    #expect(try text("lib/a.js") == "import{c as d}from\"./\(hashed("lib/c.js"))\";export{d as a}")
    #expect(
      try text("page.js").hasPrefix(
        "import { a } from \"./lib/\(hashed("lib/a.js"))\";\nimport './lib/\(hashed("lib/b.js"))'"))
  }

  @Test func whatIsNotShippedAndWhatIsLoadedLaterStays() throws {
    let assets = StaticAssets(files: files, prefix: "/assets")
    let bytes = try #require(assets.content(of: "lib/b.js"))
    #expect(String(decoding: bytes, as: UTF8.self) == "import(\"./a.js\"); import \"./gone.js\"")
  }

  @Test func whatAModuleImportsIsNamedDeepestFirst() {
    let assets = StaticAssets(files: files, prefix: "/assets")
    #expect(assets.imports(of: "page.js") == ["lib/c.js", "lib/a.js", "lib/b.js"].map { assets.url($0) })
    #expect(assets.imports(of: "lib/c.js").isEmpty && assets.imports(of: "none.js").isEmpty)
  }

  @Test func aSelectionBringsWhatItsModulesImport() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder.appending(path: "lib"), withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    let assets = StaticAssets(named: ["lib/a.js"], in: [folder.path])
    #expect(assets.contains("lib/a.js") && assets.contains("lib/c.js"))
    #expect(!assets.contains("page.js") && !assets.contains("lib/b.js"))
  }

  @Test func aCircleEnds() {
    #expect(Set(ModuleImports.order(ModuleImports.graph(files))) == Set(files.keys))
    let circle: [String: [UInt8]] = [
      "a.js": Array("import './b.js'".utf8), "b.js": Array("import './a.js'".utf8), "c.css": [],
    ]
    #expect(Set(ModuleImports.order(ModuleImports.graph(circle))) == ["a.js", "b.js"])
  }
}

extension StaticAssets {
  fileprivate func content(of name: String) -> [UInt8]? {
    let head = RequestHead(
      method: .get, target: url(name), authority: nil, fields: [:], peer: IPAddress(v4: 0),
      clientAddress: IPAddress(v4: 0),
      isHTTPS: false, requestID: "test")
    guard case .bytes(let bytes) = reply(to: head).body else { return nil }
    return bytes
  }
}
