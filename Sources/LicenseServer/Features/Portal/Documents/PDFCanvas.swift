import CHaru
import Core

/// The fonts of our documents. They are embedded, so what is printed looks the same everywhere.
struct PDFFonts: Sendable {
  let regular: String
  let bold: String

  /// Debian's fonts-dejavu-core: Latin, Greek, Cyrillic, Armenian, Georgian and more.
  static let dejaVu = PDFFonts(
    regular: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    bold: "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
}

/// libharu refused: its code (`hpdf_error.h`), mostly a font that is not there.
struct PDFFault: Error, Hashable, Sendable {
  let code: UInt
}

/// An A4 document in the making (libharu). Positions are points, counted from the page's upper left corner.
///
/// It reads fonts from disk and is not shared: make it, draw and finish on one thread that may block.
final class PDFCanvas {
  enum Weight { case regular, bold }

  static let width: Float = 595
  static let height: Float = 842

  private let document: HPDF_Doc
  private let regular: HPDF_Font
  private let bold: HPDF_Font
  private var page: HPDF_Page

  /// - Parameter title: ASCII.
  init(fonts: PDFFonts, title: String) throws(PDFFault) {
    // Without a handler of ours libharu calls nothing: it keeps the first error and does nothing more.
    guard let document = HPDF_New(nil, nil) else { throw PDFFault(code: 0) }
    HPDF_UseUTFEncodings(document)
    HPDF_SetCompressionMode(document, HPDF_UINT(HPDF_COMP_ALL))
    HPDF_SetInfoAttr(document, HPDF_INFO_TITLE, title)
    guard let regular = Self.load(fonts.regular, document), let bold = Self.load(fonts.bold, document),
      let page = HPDF_AddPage(document)
    else {
      let code = UInt(HPDF_GetError(document))
      HPDF_Free(document)
      throw PDFFault(code: code)
    }
    self.document = document
    self.regular = regular
    self.bold = bold
    self.page = page
    HPDF_Page_SetSize(page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT)
  }

  deinit { HPDF_Free(document) }

  private static func load(_ path: String, _ document: HPDF_Doc) -> HPDF_Font? {
    guard let name = HPDF_LoadTTFontFromFile(document, path, HPDF_BOOL(HPDF_TRUE)) else { return nil }
    return HPDF_GetFont(document, name, "UTF-8")
  }

  /// Goes on on a new page.
  func breakPage() {
    guard let next = HPDF_AddPage(document) else { return }
    HPDF_Page_SetSize(next, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT)
    page = next
  }

  /// One line of text, `y` its baseline.
  func text(_ text: String, x: Float, y: Float, size: Float = 9, weight: Weight = .regular, gray: Float = 0) {
    choose(size, weight)
    HPDF_Page_SetGrayFill(page, gray)
    HPDF_Page_BeginText(page)
    HPDF_Page_TextOut(page, x, Self.height - y, Self.drawable(text))
    HPDF_Page_EndText(page)
  }

  /// The same with its end at `right`.
  func text(_ text: String, right: Float, y: Float, size: Float = 9, weight: Weight = .regular, gray: Float = 0) {
    self.text(
      text, x: right - width(of: text, size: size, weight: weight), y: y, size: size, weight: weight, gray: gray)
  }

  func width(of text: String, size: Float, weight: Weight = .regular) -> Float {
    choose(size, weight)
    return HPDF_Page_TextWidth(page, Self.drawable(text))
  }

  /// A thin horizontal line.
  func rule(y: Float, from start: Float, to end: Float, gray: Float = 0.75) {
    HPDF_Page_SetLineWidth(page, 0.5)
    HPDF_Page_SetGrayStroke(page, gray)
    HPDF_Page_MoveTo(page, start, Self.height - y)
    HPDF_Page_LineTo(page, end, Self.height - y)
    HPDF_Page_Stroke(page)
  }

  /// The text in lines that are no wider than `width`. A word that is wider itself is broken.
  func wrapped(_ text: String, width limit: Float, size: Float = 9, weight: Weight = .regular) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let longer = line.isEmpty ? String(word) : "\(line) \(word)"
        if width(of: longer, size: size, weight: weight) <= limit {
          line = longer
          continue
        }
        if !line.isEmpty { lines.append(line) }
        line = ""
        for character in word {
          if width(of: line + String(character), size: size, weight: weight) > limit, !line.isEmpty {
            lines.append(line)
            line = ""
          }
          line.append(character)
        }
      }
      lines.append(line)
    }
    return lines
  }

  /// The finished file.
  func finish() throws(PDFFault) -> [UInt8] {
    guard HPDF_SaveToStream(document) == 0, HPDF_GetError(document) == 0 else {
      throw PDFFault(code: UInt(HPDF_GetError(document)))
    }
    var bytes = [UInt8](repeating: 0, count: Int(HPDF_GetStreamSize(document)))
    var length = HPDF_UINT32(bytes.count)
    HPDF_ReadFromStream(document, &bytes, &length)
    guard Int(length) == bytes.count else { throw PDFFault(code: UInt(HPDF_GetError(document))) }
    return bytes
  }

  private func choose(_ size: Float, _ weight: Weight) {
    HPDF_Page_SetFontAndSize(page, weight == .bold ? bold : regular, size)
  }

  /// libharu takes characters of the basic plane only, and a NUL would end the text.
  private static func drawable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 ? " " : $0.value > 0xFFFF ? "\u{25A1}" : $0 }))
  }
}
