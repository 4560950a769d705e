#include "preprocess/jpeg_entropy.h"

#include <algorithm>
#include <numeric>

#include "test/support_jpeg.h"
#include "test/testing.h"

namespace spurious {

using test::ExactBytes;
using test::HuffmanCodes;
using test::JpegBitWriter;
using test::JpegScan;
using test::RandomHuffmanSpec;

namespace {

using Bytes = std::vector<uint8_t>;

std::vector<uint8_t> DcSymbols() {
  std::vector<uint8_t> symbols(16);
  std::iota(symbols.begin(), symbols.end(), uint8_t{0});
  return symbols;
}

// Runs of up to 15 zeros before values of up to 15 bits, 16 zeros, and the block's end.
std::vector<uint8_t> AcSymbols() {
  std::vector<uint8_t> symbols = {0x00, 0xF0};
  for (int symbol = 0; symbol < 256; ++symbol) {
    if ((symbol & 15) != 0) symbols.push_back(static_cast<uint8_t>(symbol));
  }
  return symbols;
}

JpegHuffmanSpec SpecOf(std::initializer_list<std::pair<int, int>> counts) {
  JpegHuffmanSpec spec;
  spec.given = true;
  for (const auto& [length, count] : counts) {
    spec.count[static_cast<size_t>(length)] = static_cast<uint8_t>(count);
  }
  return spec;
}

// A scan of random coefficients and what must come out of it.
struct Scan {
  JpegHeader header;
  int units_across = 0, units_down = 0;
  std::array<ptrdiff_t, 3> blocks_across = {};
  // [component][unit row]: rows of blocks, each block row by row
  std::array<std::vector<std::vector<int16_t>>, 3> rows;
  std::vector<Bytes> segments;

  size_t components() const { return static_cast<size_t>(header.component_count); }
};

class ScanMaker {
 public:
  explicit ScanMaker(uint32_t seed) : random_(seed) {}

  Scan Make() {
    Scan scan;
    scan.header.component_count = Below(3) == 0 ? 1 : 3;
    scan.units_across = 1 + Below(6);
    scan.units_down = 1 + Below(4);
    scan.header.restart_interval = Below(2) == 0 ? 0 : 1 + Below(5);
    if (scan.components() == 3) {
      scan.header.component[0].across = 1 + Below(2);
      scan.header.component[0].down = scan.header.component[0].across == 2 ? 1 + Below(2) : 1;
    }
    for (size_t c = 0; c < scan.components(); ++c) {
      JpegComponent& component = scan.header.component[c];
      component.dc = Below(4);
      component.ac = Below(4);
      scan.header.dc[static_cast<size_t>(component.dc)] = RandomHuffmanSpec(DcSymbols(), random_);
      scan.header.ac[static_cast<size_t>(component.ac)] = RandomHuffmanSpec(AcSymbols(), random_);
      scan.blocks_across[c] = scan.units_across * component.across + 1;
      for (int row = 0; row < scan.units_down; ++row) {
        scan.rows[c].push_back(RandomBlocks(scan, component, scan.blocks_across[c]));
      }
    }
    Encode(scan);
    return scan;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }

  int16_t Value(int most_bits) {
    const int bits = 1 + Below(most_bits);
    return static_cast<int16_t>(Below(1 << bits) - (1 << (bits - 1)));
  }

  std::vector<int16_t> RandomBlocks(const Scan& scan, const JpegComponent& component,
                                    ptrdiff_t across) {
    std::vector<int16_t> blocks(static_cast<size_t>(across * component.down * 64), 0);
    for (int v = 0; v < component.down; ++v) {
      for (int b = 0; b < scan.units_across * component.across; ++b) {
        int16_t* block = blocks.data() + (v * across + b) * 64;
        block[0] = Value(15);
        const int density = Below(4);  // empty, sparse, half, full
        for (int i = 1; i < 64; ++i) {
          const bool zero =
              density == 0 || (density == 1 && Below(20) != 0) || (density == 2 && Below(2) != 0);
          if (!zero) block[i] = Value(Below(8) == 0 ? 15 : 6);
        }
      }
    }
    return blocks;
  }

  static void Encode(Scan& scan) {
    JpegBitWriter bits;
    std::array<int, 3> predictor = {};
    int until_restart = scan.header.restart_interval;
    for (int unit = 0; unit < scan.units_across * scan.units_down; ++unit) {
      if (scan.header.restart_interval != 0 && until_restart-- == 0) {
        scan.segments.push_back(bits.Bytes());
        bits = {};
        predictor = {};
        until_restart = scan.header.restart_interval - 1;
      }
      EncodeUnit(scan, unit, bits, predictor);
    }
    scan.segments.push_back(bits.Bytes());
  }

  static void EncodeUnit(const Scan& scan, int unit, JpegBitWriter& bits,
                         std::array<int, 3>& predictor) {
    for (size_t c = 0; c < scan.components(); ++c) {
      const JpegComponent& component = scan.header.component[c];
      const auto& row = scan.rows[c][static_cast<size_t>(unit / scan.units_across)];
      for (int v = 0; v < component.down; ++v) {
        for (int h = 0; h < component.across; ++h) {
          const ptrdiff_t block =
              v * scan.blocks_across[c] + unit % scan.units_across * component.across + h;
          bits.Block(scan.header.dc[static_cast<size_t>(component.dc)],
                     scan.header.ac[static_cast<size_t>(component.ac)], predictor[c],
                     row.data() + block * 64);
        }
      }
    }
  }

  std::mt19937 random_;
};

// Whether all of the scan is read and nothing is left. `same`: whether its coefficients came out.
bool Decode(const Scan& scan, const Bytes& data, bool& same) {
  const ExactBytes bytes(data);
  JpegEntropyDecoder decoder(bytes.data(), bytes.size(), scan.header);
  same = true;
  for (int row = 0; row < scan.units_down; ++row) {
    std::array<std::vector<int16_t>, 3> blocks;
    std::array<int16_t*, 3> at = {};
    for (size_t c = 0; c < scan.components(); ++c) {
      blocks[c].assign(scan.rows[c][static_cast<size_t>(row)].size(), 0);
      at[c] = blocks[c].data();
    }
    if (!decoder.DecodeUnits(scan.units_across, at, scan.blocks_across)) return false;
    for (size_t c = 0; c < scan.components(); ++c) {
      same = same && blocks[c] == scan.rows[c][static_cast<size_t>(row)];
    }
  }
  return decoder.Finish();
}

bool Accepts(const Scan& scan, const std::vector<Bytes>& segments) {
  bool same = false;
  return Decode(scan, JpegScan(segments), same);
}

}  // namespace

TEST_CASE("every code of a random table is found, short and long") {
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    const bool is_dc = i % 2 == 0;
    const JpegHuffmanSpec spec = RandomHuffmanSpec(is_dc ? DcSymbols() : AcSymbols(), random);
    JpegHuffmanTable table;
    REQUIRE(table.Build(spec, is_dc));
    for (const auto& [symbol, code] : HuffmanCodes(spec)) {
      const auto& [bits, length] = code;
      const uint32_t window = bits << (16 - length);
      const uint32_t found = table.lookup[window >> (16 - JpegHuffmanTable::kShortBits)];
      INFO("symbol ", symbol, " of ", length, " bits");
      if (length > JpegHuffmanTable::kShortBits) {
        REQUIRE(found == 0);
        REQUIRE(table.LongCode(window) ==
                (static_cast<uint32_t>(symbol) << 16 | static_cast<uint32_t>(length)));
      } else if ((found & 1 << 12) == 0) {  // the value did not fit
        REQUIRE((found & 0xFF) == static_cast<uint32_t>(length));
        REQUIRE((found >> 16) == static_cast<uint32_t>(symbol));
      } else {
        REQUIRE((found & 0xFF) == static_cast<uint32_t>(length + (symbol & 15)));
      }
    }
  }
}

TEST_CASE("bits that are no code of the table find nothing") {
  JpegHuffmanTable table;
  REQUIRE(table.Build(SpecOf({{2, 1}, {12, 1}}), true));  // 00 and 0100 0000 0000
  CHECK(table.LongCode(0x4000) != 0);
  for (const uint32_t window : {0x4010U, 0x8000U, 0xFFFFU}) {
    CHECK(table.lookup[window >> 6] == 0);
    CHECK(table.LongCode(window) == 0);
  }
}

TEST_CASE("lengths that are no prefix code are refused") {
  JpegHuffmanTable table;
  CHECK(table.Build(SpecOf({{1, 1}, {2, 1}}), true));
  CHECK(!table.Build(SpecOf({{1, 2}}), true));           // the code of all ones
  CHECK(!table.Build(SpecOf({{1, 3}}), true));           // three codes of one bit
  CHECK(!table.Build(SpecOf({{1, 1}, {2, 2}}), true));   // 0 10 11
  CHECK(!table.Build(SpecOf({{2, 3}, {3, 3}}), true));   // three of 11x
  CHECK(!table.Build(SpecOf({{12, 1}, {1, 2}}), true));  // nothing is left for the long one
  CHECK(!table.Build(SpecOf({{8, 255}, {9, 2}}), false));
}

TEST_CASE("differences of more than 15 bits are refused") {
  JpegHuffmanSpec spec = SpecOf({{1, 1}});
  JpegHuffmanTable table;
  spec.symbol[0] = 15;
  CHECK(table.Build(spec, true));
  spec.symbol[0] = 16;
  CHECK(!table.Build(spec, true));
  CHECK(table.Build(spec, false));
}

TEST_CASE("scan data are freed of stuffing and split at restart markers") {
  JpegHeader header;
  header.restart_interval = 1;
  const std::vector<Bytes> segments = {{1, 0xFF, 2}, {}, {0xFF}, {4}, {5}, {6}, {7}, {8}, {9, 10}};
  const Bytes data = JpegScan(segments);
  const ExactBytes bytes(data);
  JpegScanData scan;
  REQUIRE(scan.Read(bytes.data(), bytes.size(), header));
  REQUIRE(scan.segments.size() == segments.size());
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto begin = scan.bytes.begin() + static_cast<ptrdiff_t>(scan.segments[i].begin);
    const auto end = scan.bytes.begin() + static_cast<ptrdiff_t>(scan.segments[i].end);
    CHECK(Bytes(begin, end) == segments[i]);
    CHECK(std::all_of(end, end + 64, [](uint8_t byte) { return byte == 0; }));
  }
}

TEST_CASE("scan data with anything else in them are refused") {
  const auto reads = [](const Bytes& data, int restart_interval) {
    JpegHeader header;
    header.restart_interval = restart_interval;
    const ExactBytes bytes(data);
    JpegScanData scan;
    return scan.Read(bytes.data(), bytes.size(), header);
  };
  CHECK(reads({1, 2, 0xFF, 0xD9}, 0));
  CHECK(reads({1, 2, 0xFF, 0xD9, 7, 7}, 0));  // behind the end anything may follow
  CHECK(!reads({}, 0));
  CHECK(!reads({1, 2}, 0));
  CHECK(!reads({1, 2, 0xFF}, 0));
  CHECK(!reads({1, 0xFF, 0xD0, 2, 0xFF, 0xD9}, 0));  // no restarts were announced
  CHECK(reads({1, 0xFF, 0xD0, 2, 0xFF, 0xD9}, 1));
  CHECK(!reads({1, 0xFF, 0xD1, 2, 0xFF, 0xD9}, 1));  // the second one first
  CHECK(!reads({1, 0xFF, 0xC4, 0, 2, 0xFF, 0xD9}, 1));
  CHECK(!reads({1, 0xFF, 0xFF, 0xD9}, 0));
}

TEST_CASE("random coefficients come out as they were written") {
  ScanMaker maker(11);
  for (int i = 0; i < 120; ++i) {
    const Scan scan = maker.Make();
    bool same = false;
    INFO("scan ", i);
    REQUIRE(Decode(scan, JpegScan(scan.segments), same));
    REQUIRE(same);
  }
}

TEST_CASE("data that end early or go on after the last unit are refused") {
  ScanMaker maker(12);
  for (int i = 0; i < 60; ++i) {
    const Scan scan = maker.Make();
    REQUIRE(Accepts(scan, scan.segments));
    for (size_t s = 0; s < scan.segments.size(); ++s) {
      auto changed = scan.segments;
      changed[s].pop_back();
      CHECK(!Accepts(scan, changed));
      changed[s] = scan.segments[s];
      changed[s].push_back(0);
      CHECK(!Accepts(scan, changed));
    }
    auto fewer = scan.segments;
    fewer.pop_back();
    if (!fewer.empty()) CHECK(!Accepts(scan, fewer));
    auto more = scan.segments;
    more.push_back(more.back());
    CHECK(!Accepts(scan, more));
  }
}

TEST_CASE("values past a block's end are refused") {
  JpegHeader header;
  header.component_count = 1;
  header.dc[0] = SpecOf({{1, 1}});  // 0: no difference
  header.ac[0] = SpecOf({{1, 1}, {2, 1}, {3, 1}});
  header.ac[0].symbol = {0xF1, 0xF0, 0x00};  // 0: 15 zeros, a value; 10: 16 zeros; 110: the end
  const auto decodes = [&](std::initializer_list<std::pair<uint32_t, int>> codes) {
    JpegBitWriter bits;
    for (const auto& [code, length] : codes) bits.Put(code, length);
    const Bytes data = JpegScan({bits.Bytes()});
    const ExactBytes bytes(data);
    JpegEntropyDecoder decoder(bytes.data(), bytes.size(), header);
    std::vector<int16_t> block(64, 0);
    return decoder.DecodeUnits(1, {block.data(), nullptr, nullptr}, {1, 0, 0}) && decoder.Finish();
  };
  constexpr std::pair<uint32_t, int> dc = {0, 1}, value = {1, 2}, zeros = {2, 2}, end = {6, 3};
  CHECK(decodes({dc, end}));
  CHECK(decodes({dc, value, value, value, end}));     // 48 coefficients
  CHECK(!decodes({dc, value, value, value, value}));  // 64 and the first
  CHECK(decodes({dc, zeros, zeros, zeros, end}));
  CHECK(!decodes({dc, zeros, zeros, zeros, zeros}));
  CHECK(!decodes({dc, value, zeros, value, value}));
}

TEST_CASE("a scan with tables that are no code reads nothing") {
  ScanMaker maker(13);
  Scan scan = maker.Make();
  auto& spec = scan.header.ac[static_cast<size_t>(scan.header.component[0].ac)];
  spec.count = {};
  spec.count[1] = 3;
  CHECK(!Accepts(scan, scan.segments));
}

}  // namespace spurious
