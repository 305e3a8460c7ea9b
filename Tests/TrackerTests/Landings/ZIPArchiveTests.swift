import Core
import Testing

@testable import TenantTracker

@Suite struct ZIPArchiveTests {
  private typealias File = ZIPWriter.File

  private func page(_ files: [ZIPWriter.File], limits: ImportLimits = ImportLimits()) throws -> ImportedPage {
    try ImportedPage(archive: ZIPWriter.archive(files), limits: limits)
  }

  @Test func thePageIsTheTopmostIndex() throws {
    let page = try page([
      File("deep/er/index.html", "deep"), File("site/css/a.css", "a{background:url(../img/b.png)}"),
      File("site/index.html", "<title>T</title><link rel=stylesheet href=css/a.css><img src='/site/img/b.png'>"),
      File("site/img/b.png", "png"), File("__MACOSX/site/._index.html", "x"), File("site/.DS_Store", "x"),
      File("site/run.exe", "MZ"),
    ])
    #expect(PageText.title(page.html) == "T")
    #expect(Set(page.files.values.map(\.path)) == ["deep/er/index.html", "site/css/a.css", "site/img/b.png"])
    #expect(page.notes == ["site/run.exe: left out, such files are not served"])
    let (html, assets) = page.placed(below: "/lander/7/1/")
    #expect(
      html
        == "<title>T</title><link rel=stylesheet href=\"/lander/7/1/site/css/a.css\"><img src=\"/lander/7/1/site/img/b.png\">"
    )
    let css = try #require(assets.first { $0.path == "site/css/a.css" })
    #expect(String(decoding: css.bytes, as: UTF8.self) == "a{background:url(\"/lander/7/1/site/img/b.png\")}")
  }

  @Test func whatIsMissingIsSaid() throws {
    let page = try page([
      File("index.html", "<img src=no.png><script src=https://cdn.example/x.js></script><a href=about>")
    ])
    #expect(
      page.notes == [
        "no.png: not in the archive", "https://cdn.example/x.js: not in the archive, it is loaded from there",
      ])
  }

  @Test(arguments: [
    "../evil.html", "a/../../evil.html", "/etc/passwd", "a\\..\\..\\evil.html", "C:/x.html", "a//b.html",
    "./index.html",
    "a/\u{0}.html",
  ])
  func aNameThatWantsToBeElsewhereIsRefused(_ name: String) throws {
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x"), File(name, "y")]) }
  }

  @Test func aBombIsRefusedWhateverItSays() throws {
    // 1 MB of zeros, deflated by hand: stored blocks would not shrink, so a fixed-code block of one long run.
    let bomb = Deflated.zeros(1_048_576)
    var honest = File("b.css", [UInt8](repeating: 0, count: 1_048_576))
    honest.packed = bomb
    var limits = ImportLimits()
    #expect(try page([File("index.html", "x"), honest], limits: limits).files.count == 1)
    limits.fileBytes = 1_048_575
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x"), honest], limits: limits) }
    var liar = honest
    liar.statedSize = 10
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x"), liar]) }
    limits = ImportLimits()
    limits.totalBytes = 2_000_000
    let many = (0..<3).map { number in
      var file = honest
      file.name = "b\(number).css"
      return file
    }
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x")] + many, limits: limits) }
  }

  @Test func tooManyFilesAreRefused() throws {
    let files = (0..<201).map { File("f\($0).css", "a") }
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x")] + files) }
  }

  @Test func linksAndEncryptedFilesAreNotTaken() throws {
    var link = File("link.html", "/etc/passwd")
    link.unixMode = 0o120777
    #expect(try page([File("index.html", "x"), link]).files.isEmpty)
    var secret = File("secret.css", "x")
    secret.flags = 1
    #expect(throws: ImportFailure.self) { try page([File("index.html", "x"), secret]) }
  }

  @Test func anyDamageIsAFaultAndNothingElse() throws {
    let whole = ZIPWriter.archive([File("index.html", "<h1>hello</h1>"), File("a.css", "b{c:d}")])
    for length in 0..<whole.count {
      #expect(throws: ImportFailure.self) { try ImportedPage(archive: Array(whole[..<length]), limits: ImportLimits()) }
    }
    for index in whole.indices {
      for bit in [0x01, 0x80, 0xFF] as [UInt8] {
        var damaged = whole
        damaged[index] ^= bit
        _ = try? ImportedPage(archive: damaged, limits: ImportLimits())
      }
    }
    #expect(throws: ImportFailure.self) { try page([File("readme.txt", "no page")]) }
  }
}

/// A deflate stream made by hand.
private enum Deflated {
  /// So many zero bytes, as one block of fixed codes (RFC 1951, 3.2.6): a literal, then matches of length 258.
  static func zeros(_ count: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.write(1, 1)
    bits.write(1, 2)
    bits.writeCode(0x30, 8)
    var left = count - 1
    while left >= 258 {
      bits.writeCode(0xC5, 8)  // length 258: code 285
      bits.writeCode(0, 5)  // distance 1
      left -= 258
    }
    for _ in 0..<left { bits.writeCode(0x30, 8) }
    bits.writeCode(0, 7)
    return bits.bytes
  }

  private struct BitWriter {
    var bytes: [UInt8] = []
    private var used = 8

    mutating func write(_ value: Int, _ count: Int) {
      for bit in 0..<count { append(value >> bit & 1) }
    }

    /// Huffman codes go most significant bit first.
    mutating func writeCode(_ code: Int, _ count: Int) {
      for bit in stride(from: count - 1, through: 0, by: -1) { append(code >> bit & 1) }
    }

    private mutating func append(_ bit: Int) {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      bytes[bytes.count - 1] |= UInt8(bit) << UInt8(used)
      used += 1
    }
  }
}
