"""Places of the demo city as people name them. The names are facts; most positions are made up and say so.

PLACES is what services.seed_city() writes. Kelurahan, streets and crossings are derived (outline, network).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maps.demo import outline
from maps.demo.stations import STATIONS
from maps.geo import LatLng

POINT_RADIUS_M = 60
DEMO_RADIUS_M = 300  # a made-up position must not look like an address
PUBLISHED_RADIUS_M = 300
VILLAGE_RADIUS_M = 900
STRETCH_RADIUS_M = 600  # "Batu n" is a kilometre of road, never a point


@dataclass(frozen=True, slots=True)
class DemoPlace:
    key: str
    name: str
    kind: str
    position: LatLng
    certainty: str
    radius_m: int
    aliases: tuple[str, ...] = ()
    address: str = ""
    phone: str = ""

    @property
    def is_demo_position(self) -> bool:
        return self.certainty in {"approximate", "kelurahan"}


_RADIUS_M = {"exact": POINT_RADIUS_M, "near": PUBLISHED_RADIUS_M, "approximate": DEMO_RADIUS_M}


def _station(key: str, kind: str, *aliases: str, phone: str = "") -> DemoPlace:
    stand = STATIONS[key]
    radius_m = _RADIUS_M[stand.certainty]
    return DemoPlace(
        key,
        stand.name,
        kind,
        stand.position,
        stand.certainty,
        radius_m,
        aliases,
        stand.address,
        phone,
    )


def _place(
    key: str, name: str, kind: str, lat: float, lng: float, *aliases: str, **more: Any
) -> DemoPlace:
    certainty = more.pop("certainty", "approximate")
    radius_m = more.pop("radius_m", None) or _RADIUS_M[certainty]
    return DemoPlace(key, name, kind, LatLng(lat, lng), certainty, radius_m, aliases, **more)


_CENTRES = {item.code: item.centre for item in (*outline.KELURAHAN, outline.PENYENGAT)}


def _in_village(
    key: str, name: str, kind: str, code: str, *aliases: str, address: str = ""
) -> DemoPlace:
    """Of which nothing but the kelurahan is published."""
    return _place(
        key, name, kind, *_CENTRES[code], *aliases, certainty="kelurahan", radius_m=VILLAGE_RADIUS_M, address=address
    )  # fmt: skip


PLACES: tuple[DemoPlace, ...] = (
    # agencies
    _station("damkar-mako", "fire_station", "Damkar", "Mako Damkar", "Pos Damkar Sukaberenang", "Pos SKB", "Pemadam kebakaran", "Damkar Sutami"),
    _station("damkar-bintan-center", "fire_station", "Pos Damkar Bincen", "Damkar Bintan Center", "Damkar Batu 9"),
    _station("damkar-dompak", "fire_station", "Damkar Dompak"),
    _station("psc-119", "hospital", "PSC 119", "PSC", "Ambulans 119"),
    _station("rsud-kota", "hospital", "RSUD Kota", "RSUD Tanjungpinang", "Rumah Sakit Umum Daerah", "RSUD"),
    _station("rsud-raja-ahmad-tabib", "hospital", "RSUP", "RSUP Kepri", "RSUP Raja Ahmad Tabib", "RSUD Raja Ahmad Thabib", "RSUD RAT", "RS Raja Ahmad Tabib", "RSUD Provinsi", "rumah sakit provinsi", phone="0771-7335201"),
    _station("rsal-midiyato", "hospital", "RSAL", "RSAL Midiyato", "RSAL Dr. Midiyato Suratani", "Rumkital", "rumah sakit angkatan laut", phone="0771-21428"),
    _station("polresta", "police", "Polres", "Polres Tanjungpinang", "Polresta", "Polres Batu 5", "Polres Batu Lima Atas"),
    _station("polsek-kota", "police", "Polsek Kota"),
    _station("polsek-bukit-bestari", "police", "Polsek Bestari", "Polsek Batu 3"),
    _station("polsek-timur", "police", "Polsek Timur"),
    _station("polsek-barat", "police", "Polsek Barat"),
    _station("satpolairud", "police", "Polairud", "Satpolair", "Mako Polairud", "Polisi air"),
    _station("bpbd", "rescue", "BPBD", "Posko BPBD", phone="0771-20949"),
    _station("satpol-pp", "government", "Satpol PP", "Pol PP"),
    _station("kantor-sar", "rescue", "Kantor SAR", "Basarnas", "SAR Tanjungpinang", "Basarnas Tanjungpinang", phone="0771-319300"),
    # piers
    _station("pelabuhan-sri-bintan-pura", "pier", "SBP", "Sri Bintan Pura", "Pelabuhan SBP", "pelabuhan Tanjungpinang", "pelabuhan ferry"),
    _station("pelantar-kuning", "pier", "Dermaga Penyengat kota", "Pelabuhan Kuning", "dermaga pompong"),
    _station("pelantar-1", "pier", "Pelantar I", "Pelantar Satu"),
    _station("pelantar-2", "pier", "Pelantar 2", "Pelantar II", "Pelantar Dua", "Pelabuhan Kuala Riau", "Kuala Riau"),
    _station("dermaga-penyengat", "pier", "Dermaga Penyengat", "Pelabuhan Penyengat"),
    _station("dermaga-senggarang", "pier", "Pelabuhan Senggarang", "Pelantar Senggarang"),
    _station("dermaga-kampung-bugis", "pier", "Pelantar Kampung Bugis"),
    _station("pelabuhan-dompak", "pier", "Dermaga Dompak"),
    _station("dermaga-tanjung-siambang", "pier", "Tanjung Siambang", "Siambang"),
    _station("pelabuhan-sri-payung", "pier", "Sri Payung", "Pelabuhan Batu 6"),
    # health
    _place("puskesmas-tanjungpinang", "Puskesmas Tanjungpinang (Pancur)", "clinic", 0.9287, 104.4425, "Puskesmas Tanjungpinang", "Puskesmas Pancur"),
    _place("puskesmas-sei-jang", "Puskesmas Sei Jang", "clinic", 0.9046, 104.4738, address="Jl. Sei Jang km 5"),
    _place("puskesmas-batu-10", "Puskesmas Batu 10", "clinic", 0.9180, 104.5004, "PKM Batu 10"),
    _place("puskesmas-kampung-bugis", "Puskesmas Kampung Bugis", "clinic", 0.9440, 104.4480),
    _place("puskesmas-melayu-kota-piring", "Puskesmas Melayu Kota Piring", "clinic", 0.9160, 104.4850, "UPTD Puskesmas Melayu Kota Piring"),
    _place("puskesmas-mekar-baru", "Puskesmas Mekar Baru", "clinic", 0.9195, 104.4890),
    _place("puskesmas-tanjung-unggat", "Puskesmas Tanjung Unggat", "clinic", 0.9245, 104.4628, address="Gang Waru"),
    _place("puskesmas-tanjungpinang-barat", "Puskesmas Tanjungpinang Barat", "clinic", 0.9158, 104.4428, address="Jl. Riau"),
    _place("pustu-batu-4", "Puskesmas Pembantu Batu IV", "clinic", 0.9120, 104.4624, "Pustu Batu 4"),
    _place("pustu-penyengat", "Pos kesehatan Pulau Penyengat", "clinic", 0.9283, 104.4190, "Pustu Penyengat", "Puskesmas Penyengat"),
    _place("pmi", "PMI Tanjungpinang", "hospital", 0.9182, 104.4421, "PMI", "UTD PMI", "PMI UTD", address="Jl. Rumah Sakit No.32-33"),
    # government
    _place("kantor-gubernur", "Kantor Gubernur Kepri", "government", 0.8764022, 104.4461011, "Kantor Gubernur", "Istana Kota Piring", certainty="near", address="Pulau Dompak"),
    _place("kantor-wali-kota", "Kantor Wali Kota Tanjungpinang", "government", 0.9635, 104.4358, "Kantor Walikota", "Balai Kota", address="Senggarang"),
    _place("pengadilan-negeri", "Pengadilan Negeri Tanjungpinang", "government", 0.9480, 104.5022, "Pengadilan Negeri", "PN Tanjungpinang", address="Jl. Daeng Kamboja, Batu 14"),
    _place("pengadilan-agama", "Pengadilan Agama Tanjungpinang", "government", 0.9188, 104.4940, "Pengadilan Agama"),
    _place("kejati", "Kejaksaan Tinggi Kepri", "government", 0.9520, 104.5070, "Kejaksaan Tinggi", "Kejati", address="Jl. Sei Timun No.1"),
    _place("kejari", "Kejaksaan Negeri Tanjungpinang", "government", 0.9076, 104.4572, "Kejaksaan Negeri", "Kejari", address="Jl. Basuki Rahmat"),
    _place("kemenag", "Kemenag KM 3,5", "government", 0.9192, 104.4642, "Kemenag", "Kementerian Agama"),
    _place("disdik", "Dinas Pendidikan Kota Tanjungpinang", "government", 0.9128, 104.4472, "Dinas Pendidikan", "Disdik", address="Jl. Soekarno Hatta No.109"),
    _place("diskominfo", "Diskominfo Kota Tanjungpinang", "government", 0.9113, 104.4694, "Diskominfo", address="Jl. Gatot Subroto km 5 bawah"),
    _place("disdukcapil", "Disdukcapil Kota Tanjungpinang", "government", 0.9170, 104.4783, "Disdukcapil", "Capil", address="Jl. Kijang Lama"),
    _place("bnn", "BNN Kota Tanjungpinang", "government", 0.9098, 104.4935, "BNN Kota", "BNNK"),
    _place("bps", "BPS Kota Tanjungpinang", "government", 0.9186, 104.4942, "BPS", address="Jl. WR Supratman No.1"),
    _place("camat-bukit-bestari", "Kantor Camat Bukit Bestari", "government", 0.9040, 104.4665, address="Jl. Aisyah Sulaiman"),
    _place("pln", "PLN Area Tanjungpinang", "government", 0.9270, 104.4531, "PLN", address="Jl. Bakar Batu No.55"),
    _place("korem", "Korem 033/Wira Pratama", "government", 0.9545, 104.5085, "Korem", address="Jl. Sei Timun, Batu 14"),
    _place("koarmada", "Markas Koarmada I Tanjungpinang", "government", 0.9125, 104.4392, "Lantamal", "Lantamal IV", "markas angkatan laut", address="Jl. Yos Sudarso No.1, Batu Hitam"),
    _place("kantor-imigrasi", "Kantor Imigrasi", "government", 0.9078, 104.4741, "Imigrasi", address="Jl. Kapitan"),
    _place("pos-polisi-pamedan", "Pos Polisi Pamedan", "police", 0.9079154, 104.4641808, certainty="near"),
    _place("pos-polisi-km-10", "Pos Polisi km 10", "police", 0.9176, 104.5002, "Pos Polisi Batu 10"),
    _place("pos-lantas-simpang-lima", "Pos Lantas Simpang Lima Kota Piring", "police", 0.9169, 104.4857),
    _place("bmkg", "BMKG Tanjungpinang", "government", 0.9200, 104.5330, "BMKG", address="Jl. Adi Sucipto km 12,5"),
    # air, bridges, terminals
    _place("bandara-rhf", "Bandara Raja Haji Fisabilillah", "airport", 0.9225, 104.53222, "Bandara", "Bandara RHF", "Bandara Tanjungpinang", "airport", certainty="near", radius_m=1200),
    _place("jembatan-1-dompak", "Jembatan I Dompak", "bridge", 0.8917, 104.4511, "Jembatan Dompak", "Jembatan Satu Dompak", "Jembatan Sultan Mahmud Riayat Syah", certainty="near", radius_m=900),
    _place("terminal-sei-carang", "Terminal Sei Carang", "landmark", 0.9136, 104.4962, "Terminal Bintan Center", "terminal bus"),
    # markets, malls, hotels
    _place("tcc-mall", "TCC Mall", "market", 0.9092, 104.4920, "TCC", "Tanjungpinang City Center"),
    _place("ramayana-mall", "Ramayana Mall", "market", 0.9075, 104.4532, "Ramayana", address="Jl. Wiratno"),
    _place("bestari-mall", "Bestari Mall", "market", 0.9230, 104.4530),
    _place("bintan-mall", "Bintan Mall", "market", 0.9260, 104.4455),
    _place("plaza-bintan-center", "Plaza Bintan Center", "market", 0.9148, 104.4958, "Bintan Center", "Bintan Centre", "Bincen", address="Jl. DI Panjaitan km 9"),
    _place("pasar-bintan-center", "Pasar Tradisional Bintan Center", "market", 0.9141, 104.4969, "Pasar Bestari Bintan Center", "Pasar Bincen", "Pasar Bintan Center"),
    _place("pinang-lestari", "Pinang Lestari Swalayan", "market", 0.9166, 104.4840, "Pinang Lestari", address="Jl. DI Panjaitan"),
    _place("pasar-raya-21", "Pasar Raya 21", "market", 0.9150, 104.4518, address="Jl. Ir. Sutami No.25"),
    _place("pasar-baru", "Pasar Baru Tanjungpinang", "market", 0.9316, 104.4430, "Pasar Baru"),
    _place("pasar-ganet", "Pasar Ganet", "market", 0.9288, 104.5326, "Ganet"),
    _place("pasar-rimba-jaya", "Pasar malam Rimba Jaya", "market", 0.9236, 104.4503, "Rimba Jaya"),
    _place("akau-potong-lembu", "Akau Potong Lembu", "market", 0.9264, 104.4462, "Potong Lembu", "Akau"),
    _place("mr-diy-batu-10", "MR. DIY Batu 10", "market", 0.9173, 104.4988, "Mr DIY"),
    _place("mie-gacoan", "Mie Gacoan", "market", 0.9164, 104.4815),
    _place("mr-blitz", "Mr Blitz Batu 10", "market", 0.9176, 104.4992, "Mr Blitz"),
    _place("bca-bintan-center", "BCA KCP Bintan Center", "market", 0.9150, 104.4954, "BCA Bintan Center"),
    _place("bri-bintan-center", "BRI KCP Bintan Center", "market", 0.9146, 104.4962, "BRI Bintan Center"),
    _place("bank-riau-kepri", "Bank Riau Kepri", "market", 0.910573, 104.46423, "BRK Syariah", certainty="near"),
    _place("apotek-berkat-farma", "Apotek Berkat Farma", "market", 0.913658, 104.464766, certainty="near"),
    _place("hotel-ck", "Hotel CK Tanjungpinang", "landmark", 0.9122, 104.4912, "CK Hotel", "Hotel CK", "CK Tanjungpinang Hotel", address="Jl. Menur km 8"),
    _place("hotel-aston", "Hotel Aston Tanjungpinang", "landmark", 0.9118, 104.4772, "Aston", "Aston Tanjung Pinang"),
    _place("hotel-comforta", "Hotel Comforta", "landmark", 0.9254, 104.4445, "Hotel Comfort", address="Jl. Kemboja No.1"),
    _place("trans-studio", "Trans Studio Garden", "landmark", 0.9096, 104.4924),
    # landmarks
    _place("gedung-gonggong", "Gedung Gonggong", "landmark", 0.9264, 104.4368, "Gonggong"),
    _place("tepi-laut", "Taman Tepi Laut", "landmark", 0.9255, 104.4378, "Tepi Laut", "Gurindam 12", "Gurindam Duabelas", "Anjung Cahaya", radius_m=600),
    _place("gedung-daerah", "Gedung Daerah", "landmark", 0.9276, 104.4383, "Tugu Sirih", "titik nol"),
    _place("melayu-square", "Melayu Square", "landmark", 0.9268, 104.4380),
    _place("tugu-pensil", "Tugu Pensil", "landmark", 0.9232, 104.4390),
    _place("taman-pamedan", "Lapangan Pamedan Ahmad Yani", "landmark", 0.9079154, 104.4641808, "Lapangan Pamedan", "Taman Pamedan", "Pamedan", certainty="near"),
    _place("taman-batu-10", "Taman Batu 10", "landmark", 0.9184, 104.5008),
    _place("stadion-sulaiman-abdullah", "Stadion Sulaiman Abdullah", "landmark", 0.9170, 104.4610, "Stadion"),
    _place("lapangan-hang-lekir", "Lapangan Hang Lekir", "landmark", 0.9208, 104.5016, "Lapangan Batu 10"),
    _place("patung-seribu", "Vihara Ksitigarbha Bodhisattva (Patung Seribu)", "worship", 0.9140, 104.5275, "Patung Seribu", "Vihara Patung Seribu"),
    _place("vihara-avalokitesvara", "Vihara Avalokitesvara Graha", "worship", 0.9486, 104.5042, "Vihara Avalokitesvara", "Vihara Km 14"),
    _place("vihara-dharma-sasana", "Vihara Dharma Sasana", "worship", 0.9446, 104.4376, "Vihara Senggarang", "Kelenteng Senggarang"),
    _place("vihara-bahtra-sasana", "Vihara Bahtra Sasana", "worship", 0.9294, 104.4409, "Kelenteng Merdeka"),
    _place("klenteng-tian-hou", "Klenteng Tian Hou Sheng", "worship", 0.9300, 104.4412, "Kelenteng Tian Hou"),
    _place("masjid-raya-sultan-riau", "Masjid Raya Sultan Riau Penyengat", "worship", 0.92944, 104.42039, "Masjid Penyengat", "Masjid Raya Sultan Riau", "Masjid Putih Telur", certainty="exact"),
    _place("masjid-al-hikmah", "Masjid Agung Al-Hikmah", "worship", 0.9282, 104.4415, "Masjid Agung", "Masjid Al Hikmah"),
    _place("masjid-nur-ilahi", "Masjid Raya Nur Ilahi", "worship", 0.8760, 104.4556, "Masjid Raya Dompak", "Masjid Nur Ilahi"),
    _place("masjid-al-hussein", "Masjid Al-Hussein", "worship", 0.9060, 104.4680),
    _place("masjid-al-uswah", "Masjid Besar Al-Uswah", "worship", 0.9105, 104.4960, "Masjid Al Uswah"),
    _place("masjid-al-istiqomah-timur", "Masjid Al-Istiqomah (Tanjungpinang Timur)", "worship", 0.9135928, 104.4637551, "Masjid Al Istiqomah", certainty="near"),
    _place("masjid-al-istiqomah-batu-ix", "Masjid Al-Istiqomah (Batu IX)", "worship", 0.9060, 104.4965, "Masjid Al Istiqomah"),
    _place("hkbp", "Gereja HKBP Bintan Centre", "worship", 0.9128, 104.4972, "HKBP", "Gereja HKBP"),
    _place("tpu-bt-7", "TPU BT 7", "landmark", 0.9138, 104.4790, "TPU Batu 7", "Pemakaman Batu 7", "kuburan batu 7"),
    # schools
    _place("umrah-dompak", "UMRAH Kampus Dompak", "school", 0.8708, 104.4585, "UMRAH Dompak", "UMRAH", "Universitas Maritim Raja Ali Haji", "Kampus Dompak", radius_m=600),
    _place("umrah-senggarang", "UMRAH Kampus Senggarang", "school", 0.9662, 104.4335, "UMRAH Senggarang", "Fakultas Teknik UMRAH", "Kampus Senggarang", radius_m=500),
    _place("stisipol", "STISIPOL Raja Haji", "school", 0.9072, 104.4900, "Stisipol", address="Jl. Raja Haji Fisabilillah No.48"),
    _place("sman-1", "SMA Negeri 1 Tanjungpinang", "school", 0.9200, 104.4480, "SMA Negeri 1", "SMAN 1", address="Jl. Dr Soetomo"),
    _place("sman-2", "SMA Negeri 2 Tanjungpinang", "school", 0.9079, 104.4566, "SMA Negeri 2", "SMAN 2", address="Jl. Basuki Rahmat"),
    _place("sman-3", "SMA Negeri 3 Tanjungpinang", "school", 0.9216, 104.4476, "SMA Negeri 3", "SMAN 3", address="Jl. Tugu Pahlawan"),
    _place("sman-4", "SMA Negeri 4 Tanjungpinang", "school", 0.9128, 104.4644, "SMA Negeri 4", "SMAN 4", address="Jl. Pemuda"),
    _place("smkn-1", "SMK Negeri 1 Tanjungpinang", "school", 0.9105, 104.4606, "SMK Negeri 1", "SMKN 1"),
    _place("smkn-3", "SMK Negeri 3 Tanjungpinang", "school", 0.9178, 104.4712, "SMK Negeri 3", "SMKN 3", address="Jl. Sultan Sulaiman"),
    _place("smkn-4", "SMK Negeri 4 Tanjungpinang", "school", 0.9110, 104.5348, "SMK Negeri 4", "SMKN 4", address="Jl. Nusantara km 14"),
    _place("smpn-2", "SMP Negeri 2 Tanjungpinang", "school", 0.9110, 104.4846, "SMP Negeri 2", "SMPN 2", address="Jl. Kuantan No.9"),
    _place("smpn-5", "SMP Negeri 5 Tanjungpinang", "school", 0.9135, 104.4445, "SMP Negeri 5", "SMPN 5"),
    _place("man", "MAN Tanjungpinang", "school", 0.910612, 104.463425, "MAN", "Madrasah Aliyah Negeri", certainty="near", address="Jl. Raja Ali Haji km 4"),
    # neighbourhoods and islands
    _place("suka-berenang", "Suka Berenang", "neighbourhood", 0.9140, 104.4493, "Sukaberenang", radius_m=600),
    _place("teluk-keriting", "Teluk Keriting", "neighbourhood", 0.9072, 104.4405, "Tlk Keriting", "Teluk Kriting", radius_m=500),
    _place("batu-hitam", "Batu Hitam", "neighbourhood", 0.9112, 104.4390, radius_m=500),
    _place("kampung-bulang-penyengat", "Kampung Bulang (Penyengat)", "neighbourhood", 0.9272, 104.4118, "Kampung Bulang", "Kp Bulang Penyengat", radius_m=400),
    _place("lorong-bunyu", "Lorong Bunyu", "neighbourhood", 0.9028, 104.4617, "Gang Bunyu"),
    _place("bandara-asri", "Perumahan Bandara Asri", "neighbourhood", 0.9156, 104.5262, "Bandara Asri", radius_m=500),
    _place("bumi-indah", "Perumahan Bumi Indah", "neighbourhood", 0.9236, 104.4985, "Bumi Indah", radius_m=500),
    _place("sei-sudip", "Kampung Sei Sudip", "neighbourhood", 0.8885, 104.4962, "Sei Sudip", "Sungai Sudip", radius_m=700),
    _place("pulau-dompak", "Pulau Dompak", "island", 0.876667, 104.450831, certainty="exact", radius_m=3500),
    _place("pulau-penyengat", "Pulau Penyengat", "island", 0.928331, 104.417778, "Pulau Penyengat Inderasakti", certainty="exact", radius_m=1100),
    _place("pulau-basing", "Pulau Basing", "island", 0.859719, 104.423331, certainty="exact", radius_m=500),
    _place("pulau-sekatap", "Pulau Sekatap", "island", 0.855222, 104.452919, certainty="exact", radius_m=500),
    _place("pulau-los", "Pulau Los", "island", 0.957778, 104.406111, certainty="exact", radius_m=600),
    _place("pulau-terkulai", "Pulau Terkulai", "island", 0.953994, 104.338067, certainty="exact", radius_m=500),
    _place("pulau-bayan", "Pulau Bayan", "island", 0.933242, 104.454344, certainty="exact", radius_m=300),
    _place("pulau-paku", "Pulau Paku", "island", 0.916269, 104.428994, certainty="exact", radius_m=200),
    # known to the kelurahan only
    _in_village("bpbd-provinsi", "BPBD Provinsi Kepri", "rescue", "21.72.01.1004", "BPBD Kepri", address="Jl. Tugu Pahlawan No.18"),
    _in_village("dprd-provinsi", "DPRD Provinsi Kepri", "government", "21.72.04.1002", "DPRD Kepri", "DPRD Provinsi"),
    _in_village("jembatan-2-dompak", "Jembatan II Dompak", "bridge", "21.72.04.1002", "Jembatan 2 Dompak", "Jembatan Dua Dompak"),
    _in_village("puskesmas-dokabu", "Puskesmas Dr Soetomo (Dokabu)", "clinic", "21.72.01.1004", "Puskesmas Dokabu", address="Jl. Dr Soetomo"),
    _in_village("polsek-kkp", "Polsek Kawasan Pelabuhan Sri Bintan Pura", "police", "21.72.03.1001", "KKP", "Polsek KKP", "Polsek Pelabuhan", address="Pelabuhan Sri Bintan Pura"),
    _in_village("u-turn-gonggong", "U-turn Gonggong", "junction", "21.72.03.1001", "Putaran Gonggong", "Uturn Gonggong"),
    # an address is published, no position: somewhere on that street
    _place("dinas-pariwisata", "Dinas Pariwisata Kota Tanjungpinang", "government", 0.9294, 104.4410, "Dinas Pariwisata", "Dispar", address="Jl. Merdeka No.5"),
    _place("dinas-perumahan", "Dinas Perumahan dan Permukiman", "government", 0.9155, 104.4785, "DPRKP", "Disperkim", address="Jl. Peralatan km 7"),
    _place("bni", "Bank BNI Tanjungpinang", "market", 0.9270, 104.4441, "BNI", "Bank BNI", address="Jl. Teuku Umar No.630"),
    _place("grapari", "Grapari Telkomsel", "landmark", 0.9078, 104.4560, "Grapari", "Telkomsel", address="Jl. Basuki Rahmat No.9"),
    _place("pelni", "Pelni Tanjungpinang", "landmark", 0.9095, 104.4700, "Pelni", "Kantor Pelni", address="Jl. Ahmad Yani km 5 atas"),
    _place("pustu-batu-5", "Puskesmas Pembantu Batu 5", "clinic", 0.9100, 104.4705, "Pustu Batu 5", address="Batu 5"),
    _place("jembatan-buaya", "Jembatan Buaya", "bridge", 0.9168, 104.5220, address="km 12/13"),
    # kilometres along the road from Batu 0
    _place("km-0", "Batu 0", "km_marker", 0.9279, 104.4385, "Batu Nol"),
    _place("km-2", "Batu 2", "km_marker", 0.9184, 104.4532, radius_m=STRETCH_RADIUS_M),
    _place("km-3", "Batu 3", "km_marker", 0.9226, 104.4586, radius_m=STRETCH_RADIUS_M),
    _place("km-4-atas", "Batu 4 atas", "km_marker", 0.9114, 104.4630, "Batu 4", radius_m=STRETCH_RADIUS_M),
    _place("km-4-bawah", "Batu 4 bawah", "km_marker", 0.9138, 104.4642, "Batu 4", radius_m=STRETCH_RADIUS_M),
    _place("km-5-atas", "Batu 5 atas", "km_marker", 0.9095, 104.4722, "Batu 5", radius_m=STRETCH_RADIUS_M),
    _place("km-5-bawah", "Batu 5 bawah", "km_marker", 0.9114, 104.4688, "Batu 5", radius_m=STRETCH_RADIUS_M),
    _place("km-6", "Batu 6", "km_marker", 0.9122, 104.4757, "Batu 6 atas", radius_m=STRETCH_RADIUS_M),
    _place("km-7", "Batu 7", "km_marker", 0.9150, 104.4780, radius_m=STRETCH_RADIUS_M),
    _place("km-8-atas", "Batu 8 atas", "km_marker", 0.9108, 104.4930, "Batu 8", radius_m=STRETCH_RADIUS_M),
    _place("km-8-bawah", "Batu 8 bawah", "km_marker", 0.9202, 104.4962, "Batu 8", radius_m=STRETCH_RADIUS_M),
    _place("km-9", "Batu 9 (Bintan Center)", "km_marker", 0.9144, 104.4950, "Batu 9", radius_m=STRETCH_RADIUS_M),
    _place("km-10", "Batu 10", "km_marker", 0.9174, 104.4996, radius_m=STRETCH_RADIUS_M),
    _place("km-11", "Batu 11", "km_marker", 0.9180, 104.5090, radius_m=STRETCH_RADIUS_M),
    _place("km-12", "Batu 12", "km_marker", 0.9180, 104.5175, radius_m=STRETCH_RADIUS_M),
    _place("km-13", "Batu 13", "km_marker", 0.9148, 104.5265, radius_m=STRETCH_RADIUS_M),
    _place("km-14-kijang", "Batu 14 (arah Kijang)", "km_marker", 0.9122, 104.5355, "Batu 14", "Batu 14 Kijang", radius_m=STRETCH_RADIUS_M),
    _place("km-14-uban", "Batu 14 (arah Uban)", "km_marker", 0.9490, 104.5035, "Batu 14", "Batu 14 Uban", radius_m=STRETCH_RADIUS_M),
    _place("km-15", "Batu 15", "km_marker", 0.9092, 104.5445, radius_m=STRETCH_RADIUS_M),
)  # fmt: skip

# Other ways to say a kelurahan, as callers and clerks do, by its code.
KELURAHAN_ALIASES: dict[str, tuple[str, ...]] = {
    "21.72.01.1001": ("Tg Pinang Barat", "TPI Barat"),
    "21.72.01.1002": ("Kamboja", "Kampung Kamboja"),
    "21.72.01.1003": (),
    "21.72.01.1004": ("Kampung Cermin",),
    "21.72.02.1001": ("Kota Piring", "MKP", "Melayu Kota Piring Batu 8"),
    "21.72.02.1002": ("Bulang",),
    "21.72.02.1003": ("Air Raja Batu 10",),
    "21.72.02.1004": ("Batu 9", "Batu Sembilan"),
    "21.72.02.1005": ("Kampung Pinang Kencana",),
    "21.72.03.1001": ("Tg Pinang Kota", "TPI Kota"),
    "21.72.03.1003": ("Kampung Senggarang",),
    "21.72.03.1004": ("Kelurahan Penyengat",),
    "21.72.03.1005": ("Bugis",),
    "21.72.04.1001": ("Tg Pinang Timur", "TPI Timur"),
    "21.72.04.1002": ("Kampung Dompak",),
    "21.72.04.1003": ("Tanjung Ayun", "Tg Ayun Sakti"),
    "21.72.04.1004": ("Sungai Jang", "Kampung Sei Jang"),
    "21.72.04.1005": ("Unggat", "Tg Unggat"),
}
KELURAHAN_POSTCODES: dict[str, str] = {
    "21.72.01.1001": "29113",
    "21.72.01.1002": "29112",
    "21.72.01.1003": "29113",
    "21.72.01.1004": "29111",
    "21.72.02.1001": "29123",
    "21.72.02.1002": "29122",
    "21.72.02.1003": "29122",
    "21.72.02.1004": "29125",
    "21.72.02.1005": "29122",
    "21.72.03.1001": "29111",
    "21.72.03.1003": "29111",
    "21.72.03.1004": "29114",
    "21.72.03.1005": "29115",
    "21.72.04.1001": "29122",
    "21.72.04.1002": "29124",
    "21.72.04.1003": "29124",
    "21.72.04.1004": "29124",
    "21.72.04.1005": "29122",
}
JUNCTION_ALIASES: dict[str, tuple[str, ...]] = {
    "pamedan": ("Lampu merah Pamedan", "Perempatan Pamedan", "Simpang 4 Pamedan"),
    "batu-6": ("Lampu merah Batu 6", "Lampu merah km 6", "Simpang km 6"),
    "dokabu": ("Simpang Dogabu", "Dokabu", "Dogabu"),
    "ramayana": ("Flyover Ramayana", "Flyover Basuki Rahmat", "Flyover Dompak"),
    "al-baik": ("Simpang Albaik", "Lampu merah Al Baik"),
    "simpang-lima": ("Simpang 5", "Simpang Lima", "Simpang Lima Batu 8", "Simpang Kota Piring"),
    "garden": ("Simpang Hotel Garden", "Lampu merah Garden"),
    "bundaran-patung-naga": ("Patung Naga",),
    "pegadaian": ("U-turn Pegadaian", "Putaran Pegadaian"),
}
# Streets that are known by name but are not drawn in the network: their kelurahan is all that is known.
UNDRAWN_STREETS: tuple[tuple[str, str], ...] = (
    ("Jl. Aisyah Sulaiman", "21.72.04.1003"), ("Gang Ababil", "21.72.02.1004"), ("Gang Waru", "21.72.04.1005"),
    ("Gang Mangga", "21.72.01.1001"), ("Gang Menur", "21.72.02.1001"), ("Gang Putri Ayu 1", "21.72.02.1001"),
    ("Jl. H. Juanda", "21.72.01.1001"),
)  # fmt: skip
STREET_ALIASES: dict[str, tuple[str, ...]] = {
    "Jl. Raja Haji Fisabilillah": ("Jl. RH Fisabilillah", "Jl. RHF"),
    "Jl. Brigjen Katamso": ("Jl. Katamso",),
    "Jl. DI Panjaitan": ("Jl. D.I. Panjaitan", "Jl. Panjaitan"),
    "Jl. RE Martadinata": ("Jl. R.E. Martadinata", "Jl. Martadinata"),
    "Jl. WR Supratman": ("Jl. W.R. Supratman", "Jl. Supratman"),
    "Jl. MT Haryono": ("Jl. M.T. Haryono", "Jl. Haryono"),
    "Jl. KH Agus Salim": ("Jl. H. Agus Salim", "Jl. Agus Salim"),
    "Jl. Dr Soetomo": ("Jl. Dr. Sutomo", "Jl. Sutomo"),
    "Jl. Ir. Sutami": ("Jl. Sutami",),
    "Jl. Kamboja": ("Jl. Kemboja",),
    "Jl. Gurindam 12": ("Jalan Tepi Laut", "Coastal Road"),
    "Jl. Raya Tanjung Uban": ("Jl. Tanjung Uban", "Jalan Uban"),
    "Jl. Kapitan": ("Jl. Kapiten",),
    "Jl. Haji Muhammad Sani": ("Jl. H.M. Sani",),
    "Jl. H. Ungar": ("Jl. Haji Ungar", "Jl. Ungar"),
}
