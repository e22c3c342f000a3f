"""The demo city's main roads and crossings, laid out by hand: a simplified network that says it is simplified.

Which street meets which, and what lies at which kilometre, are facts; where a junction lies is a plausible position of
about 100 m. It is enough to drive between stations, hospitals and every kelurahan, and no road atlas.
A road is a list of junction keys; pairs of numbers between two keys are bends.
"""

from __future__ import annotations

from dataclasses import dataclass

NOTE = "Simplified demo network"
PENYENGAT_CROSSING_KPH = 8.5  # the pompong needs 10 to 15 minutes; a crew's boat leaves at once
OPEN_WATER_KPH = 22.0

# key: (lat, lng, name); a name only where people use one
NODES: dict[str, tuple[float, float, str]] = {
    # old town
    "sri-bintan-pura": (0.9290, 104.4374, "Pelabuhan Sri Bintan Pura"),
    "batu-0": (0.9279, 104.4385, "Batu 0, Gedung Daerah"),
    "merdeka-pos": (0.9289, 104.4405, "Simpang Merdeka - Pos"),
    "merdeka-bintan": (0.9305, 104.4420, "Simpang Merdeka - Bintan"),
    "pos-ketapang": (0.9300, 104.4398, "Simpang Pos - Ketapang"),
    "ketapang-utara": (0.9322, 104.4437, ""),
    "pelantar-1": (0.9343, 104.4416, "Pelantar 1"),
    "pelantar-2": (0.9343, 104.4438, "Pelabuhan Kuala Riau (Pelantar 2)"),
    "pelantar-kuning": (0.9312, 104.4390, "Pelantar Kuning"),
    "teuku-umar": (0.9274, 104.4439, "Simpang Teuku Umar"),
    "rri-lama": (0.9258, 104.4440, "Simpang RRI lama"),
    "agus-salim": (0.9262, 104.4415, "Simpang Agus Salim"),
    "tepi-laut-utara": (0.9266, 104.4381, "Tepi Laut"),
    "tepi-laut-selatan": (0.9243, 104.4392, "Tepi Laut, Tugu Sirih"),
    "gonggong": (0.9262, 104.4366, "Gedung Gonggong"),
    "gurindam-selatan": (0.9110, 104.4366, ""),
    "rsal": (0.9240, 104.4402, ""),
    # west
    "batu-hitam": (0.9109, 104.4390, "Batu Hitam"),
    "yos-sudarso": (0.9165, 104.4395, ""),
    "rsud-kota": (0.9177, 104.4415, ""),
    "riau-cempedak": (0.9150, 104.4425, "Simpang Riau - Cempedak"),
    "bundaran-wiratno": (0.9104, 104.4457, "Simpang Wiratno - Soekarno Hatta"),
    "teluk-keriting": (0.9070, 104.4412, "Teluk Keriting"),
    "cermin-barat": (0.9215, 104.4452, "Batu 1"),
    "dokabu": (0.9178, 104.4472, "Simpang Dokabu"),
    "tugu-pahlawan": (0.9213, 104.4480, "Simpang Tugu Pahlawan"),
    "rimba-jaya": (0.9238, 104.4500, "Rimba Jaya"),
    "kamboja-barat": (0.9242, 104.4468, "Simpang Kamboja"),
    "kamboja-timur": (0.9247, 104.4528, "Simpang Bakar Batu"),
    "bakar-batu": (0.9290, 104.4538, ""),
    "gudang-minyak": (0.9275, 104.4490, ""),
    "katamso": (0.9187, 104.4492, ""),
    "batu-2": (0.9184, 104.4532, "Batu 2"),
    "sutami-utara": (0.9166, 104.4516, ""),
    "perla": (0.9143, 104.4523, "Simpang Perla"),
    "suka-berenang": (0.9140, 104.4493, "Suka Berenang"),
    "soekarno-hatta": (0.9145, 104.4473, ""),
    "timbul-jaya": (0.9072, 104.4500, ""),
    "kampung-baru-selatan": (0.9010, 104.4508, ""),
    # middle
    "haryono-barat": (0.9222, 104.4538, "Batu 2,5"),
    "haryono-tengah": (0.9226, 104.4586, "Batu 3"),
    "unggat": (0.9206, 104.4608, "Simpang Tanjung Unggat"),
    "unggat-gang-waru": (0.9255, 104.4638, ""),
    "unggat-ujung": (0.9302, 104.4655, ""),
    "kuantan-haryono": (0.9186, 104.4652, "Batu 3,5"),
    "garden": (0.9138, 104.4642, "Simpang Garden"),
    "pompa-air": (0.9122, 104.4545, ""),
    "raja-ali-haji": (0.9117, 104.4592, ""),
    "man": (0.9114, 104.4630, "Batu 4 atas"),
    "pamedan": (0.9101, 104.4642, "Simpang Pamedan"),
    "pegadaian": (0.9079, 104.4643, "Pegadaian Pamedan"),
    "bundaran-pramuka": (0.9066, 104.4587, "Bundaran Pramuka"),
    "ramayana": (0.9070, 104.4541, "Simpang Ramayana"),
    "lorong-bunyu": (0.9030, 104.4616, "Lorong Bunyu"),
    "pramuka-selatan": (0.8975, 104.4637, ""),
    "ungar": (0.9010, 104.4637, "Simpang H. Ungar"),
    "sei-jang-barat": (0.8985, 104.4690, ""),
    "simpang-rri": (0.9094, 104.4702, "Simpang RRI"),
    "polresta": (0.9095, 104.4722, "Batu 5 atas"),
    "gatot-subroto": (0.9114, 104.4688, "Batu 5 bawah"),
    "batu-6": (0.9122, 104.4757, "Simpang Batu 6"),
    "sri-payung": (0.9248, 104.4768, "Pelabuhan Sri Payung (Batu 6)"),
    "martadinata": (0.9183, 104.4768, ""),
    "sei-jang": (0.9050, 104.4745, "Batu 5, Sei Jang"),
    "sidorejo": (0.9020, 104.4783, "Simpang Sidorejo"),
    "sei-jang-selatan": (0.8955, 104.4745, ""),
    # Kampung Bulang, Melayu Kota Piring
    "bulang-barat": (0.9165, 104.4675, ""),
    "bulang": (0.9182, 104.4720, "Kampung Bulang"),
    "bulang-utara": (0.9270, 104.4725, ""),
    "kijang-lama": (0.9150, 104.4780, "Batu 7"),
    "kijang-lama-utara": (0.9190, 104.4786, ""),
    "kota-piring-utara": (0.9250, 104.4798, ""),
    "sukajaya": (0.9203, 104.4850, ""),
    "simpang-lima": (0.9168, 104.4855, "Simpang Lima Kota Piring"),
    "kuantan": (0.9115, 104.4850, ""),
    "kuantan-barat": (0.9080, 104.4795, ""),
    "al-baik": (0.9172, 104.4928, "Simpang Al Baik"),
    "menur": (0.9130, 104.4900, ""),
    # east
    "rhf-selatan": (0.8966, 104.4793, ""),
    "kantor-sar": (0.9024, 104.4861, "Batu 6,5 atas"),
    "stisipol": (0.9075, 104.4903, ""),
    "batu-8": (0.9108, 104.4930, "Batu 8 atas"),
    "bintan-center": (0.9144, 104.4950, "Bundaran Patung Naga"),
    "batu-10": (0.9174, 104.4996, "Batu 10"),
    "batu-10-timur": (0.9168, 104.5055, ""),
    "radar": (0.9042, 104.5058, ""),
    "raja-ampat": (0.9055, 104.4995, ""),
    "batu-ix-tengah": (0.9080, 104.4972, ""),
    "batu-ix-selatan": (0.8960, 104.4970, ""),
    "sei-sudip": (0.8880, 104.4962, ""),
    "batu-12": (0.9180, 104.5175, "Batu 12"),
    "bandara": (0.9208, 104.5285, "Bandara Raja Haji Fisabilillah"),
    "ganet": (0.9290, 104.5330, "Pasar Ganet"),
    "perkutut": (0.9330, 104.5220, ""),
    "batu-13": (0.9148, 104.5265, "Batu 13"),
    "batu-14": (0.9122, 104.5355, "Batu 14"),
    "batu-15": (0.9092, 104.5445, "Batu 15"),
    "batu-ix-timur": (0.9010, 104.5160, ""),
    # Air Raja
    "rsud-rat": (0.9202, 104.4962, "Batu 8 bawah"),
    "air-raja": (0.9245, 104.5020, ""),
    "hang-lekir": (0.9205, 104.5020, ""),
    "supratman-tengah": (0.9360, 104.5045, ""),
    "supratman-14": (0.9490, 104.5035, "Batu 14 Uban"),
    "sei-timun": (0.9560, 104.5095, ""),
    "uban": (0.9640, 104.5040, ""),
    "uban-batas": (0.9735, 104.5050, ""),
    "celak": (0.9240, 104.4940, ""),
    "celak-utara": (0.9305, 104.4916, ""),
    "kamboja-raya": (0.9400, 104.4912, ""),
    # Kampung Bugis, Senggarang
    "bugis-timur": (0.9500, 104.4855, ""),
    "bugis-tengah": (0.9565, 104.4720, ""),
    "bugis-barat": (0.9560, 104.4590, ""),
    "bugis-utara": (0.9720, 104.4700, ""),
    "kampung-bugis": (0.9430, 104.4470, "Kampung Bugis"),
    "dermaga-kampung-bugis": (0.9384, 104.4432, "Dermaga Kampung Bugis"),
    "madong": (0.9830, 104.4860, ""),
    "senggarang-timur": (0.9600, 104.4440, ""),
    "senggarang": (0.9560, 104.4380, "Senggarang"),
    "dermaga-senggarang": (0.9436, 104.4372, "Dermaga Senggarang"),
    "politeknik": (0.9660, 104.4330, ""),
    "wali-kota": (0.9635, 104.4365, ""),
    "tanjung-geliga": (0.9700, 104.4210, ""),
    # Dompak
    "dompak-jembatan": (0.8868, 104.4541, "Jembatan I Dompak"),
    "pelabuhan-dompak": (0.8870, 104.4497, "Pelabuhan Dompak"),
    "dompak-pusat": (0.8800, 104.4530, ""),
    "gubernur": (0.8764, 104.4464, "Kantor Gubernur"),
    "umrah": (0.8705, 104.4590, "UMRAH Dompak"),
    "nur-ilahi": (0.8762, 104.4560, ""),
    "dompak-timur": (0.8730, 104.4730, ""),
    "tanjung-siambang": (0.8773, 104.4192, "Dermaga Tanjung Siambang"),
    "dompak-barat": (0.8790, 104.4350, ""),
    "raya-dompak": (0.8900, 104.4828, ""),
    "dompak-lama": (0.8820, 104.4900, ""),
    "dompak-darat": (0.8735, 104.5010, ""),
    "dompak-seberang": (0.8620, 104.4950, ""),
    "wacopek": (0.8750, 104.5230, "Simpang Wacopek"),
    "dompak-selatan": (0.8510, 104.5010, ""),
    # Penyengat
    "dermaga-penyengat": (0.9290, 104.4266, "Dermaga Pulau Penyengat"),
    "penyengat-masjid": (0.9294, 104.4208, "Masjid Raya Sultan Riau"),
    "penyengat-tengah": (0.9282, 104.4175, ""),
    "penyengat-bulang": (0.9272, 104.4120, "Kampung Bulang, Penyengat"),
    "penyengat-selatan": (0.9262, 104.4215, ""),
    "penyengat-utara": (0.9305, 104.4150, ""),
}

# (name, class, way). A road whose name is not known for a fact has none. Boats are below.
ROADS: tuple[tuple[str, str, tuple[str | tuple[float, float], ...]], ...] = (
    # main roads, outward by kilometre
    ("Jl. Hang Tuah", "r1", ("sri-bintan-pura", "batu-0", "tepi-laut-utara", (0.9252, 104.4384), "tepi-laut-selatan")),
    ("Jl. Gurindam 12", "r1", ("tepi-laut-utara", "gonggong", (0.9240, 104.4378), (0.9180, 104.4370), "gurindam-selatan")),
    ("Jl. Haji Muhammad Sani", "r1", ("gurindam-selatan", "batu-hitam")),
    ("Jl. Wiratno", "r1", ("batu-hitam", (0.9108, 104.4435), "bundaran-wiratno", (0.9085, 104.4480), "timbul-jaya", "ramayana")),
    ("Jl. Diponegoro", "r1", ("tepi-laut-selatan", "agus-salim", "teuku-umar")),
    ("Jl. Teuku Umar", "r1", ("teuku-umar", "rri-lama")),
    ("Jl. Brigjen Katamso", "r1", ("rri-lama", (0.9240, 104.4440), "cermin-barat", (0.9190, 104.4460), "dokabu", "katamso", (0.9180, 104.4512), "batu-2")),
    ("Jl. MT Haryono", "r1", ("batu-2", (0.9205, 104.4534), "haryono-barat", (0.9214, 104.4545), "haryono-tengah", (0.9222, 104.4600), "unggat", (0.9201, 104.4635), "kuantan-haryono")),
    ("Jl. Gatot Subroto", "r1", ("kuantan-haryono", (0.9160, 104.4647), "garden", (0.9122, 104.4664), "gatot-subroto", (0.9120, 104.4720), "batu-6")),
    ("Jl. Pemuda", "r2", ("garden", "pamedan")),
    ("Jl. Raja Ali Haji", "r2", ("pompa-air", "raja-ali-haji", "man", "pamedan")),
    ("Jl. Pompa Air", "r2", ("perla", "pompa-air")),
    ("Jl. Ahmad Yani", "r1", ("pegadaian", "pamedan", (0.9099, 104.4672), "simpang-rri", "polresta", (0.9106, 104.4744), "batu-6")),
    ("Jl. Basuki Rahmat", "r1", ("ramayana", (0.9081, 104.4561), "bundaran-pramuka", (0.9079, 104.4618), "pegadaian")),
    ("Jl. DI Panjaitan", "r1", ("batu-6", "kijang-lama", (0.9163, 104.4820), "simpang-lima", "al-baik", (0.9155, 104.4936), "bintan-center", (0.9160, 104.4976), "batu-10")),
    ("Jl. Adi Sucipto", "r1", ("batu-10", "batu-10-timur", (0.9190, 104.5120), "batu-12", "bandara")),
    ("Jl. Nusantara", "r1", ("batu-12", "batu-13", "batu-14", "batu-15")),
    ("Jl. Raja Haji Fisabilillah", "r1", ("sei-jang", "sidorejo", (0.8992, 104.4788), "rhf-selatan", (0.8977, 104.4828), "kantor-sar", "stisipol", "batu-8", "bintan-center")),
    ("Jl. WR Supratman", "r1", ("al-baik", "rsud-rat", "air-raja", (0.9300, 104.5050), "supratman-tengah", "supratman-14")),
    ("Jl. Raya Tanjung Uban", "r1", ("supratman-14", "uban", "uban-batas")),
    ("Jl. Raya Dompak", "r1", ("rhf-selatan", "raya-dompak", (0.8845, 104.4858), "dompak-lama")),
    ("Jembatan I Dompak", "r1", ("ramayana", (0.9050, 104.4525), (0.9020, 104.4532), (0.8950, 104.4540), "dompak-jembatan")),
    ("Jl. Dompak", "r1", ("dompak-jembatan", "dompak-pusat", "gubernur")),
    ("Jl. Daeng Celak", "r1", ("al-baik", "celak", "celak-utara", "kamboja-raya", "bugis-timur", (0.9550, 104.4780), "bugis-tengah")),
    ("Jl. Daeng Marewa", "r1", ("bugis-tengah", "bugis-barat", "senggarang-timur", "wali-kota")),
    # old town
    ("Jl. Pos", "r2", ("sri-bintan-pura", (0.9296, 104.4385), "pos-ketapang", "merdeka-pos")),
    ("Jl. Merdeka", "r2", ("batu-0", "merdeka-pos", "merdeka-bintan")),
    ("Jl. Bintan", "r2", ("merdeka-bintan", (0.9290, 104.4432), "teuku-umar")),
    ("Jl. Ketapang", "r2", ("pos-ketapang", "merdeka-bintan", "ketapang-utara")),
    ("Pelantar 1", "r3", ("merdeka-bintan", (0.9322, 104.4412), "pelantar-1")),
    ("Pelantar 2", "r3", ("ketapang-utara", "pelantar-2")),
    ("Pelantar Kuning", "r3", ("pos-ketapang", "pelantar-kuning")),
    ("Jl. Yusuf Kahar", "r3", ("merdeka-pos", (0.9275, 104.4410), "agus-salim")),
    ("Jl. KH Agus Salim", "r2", ("agus-salim", "rri-lama")),
    ("Jl. Sultan Abdul Rahman", "r2", ("rri-lama", (0.9247, 104.4425), "rsal")),
    ("Jl. Ciptadi", "r2", ("tepi-laut-selatan", "rsal")),
    ("Jl. Yos Sudarso", "r2", ("rsal", (0.9205, 104.4396), "yos-sudarso", "batu-hitam")),
    ("Jl. Rumah Sakit", "r2", ("yos-sudarso", "rsud-kota", "cermin-barat")),
    ("Jl. Riau", "r2", ("rsud-kota", "riau-cempedak", "soekarno-hatta")),
    ("Jl. Cempedak", "r3", ("riau-cempedak", (0.9128, 104.4415), "batu-hitam")),
    ("", "r3", ("batu-hitam", "teluk-keriting", (0.9080, 104.4432), "bundaran-wiratno")),
    ("Jl. Dr Soetomo", "r2", ("dokabu", (0.9195, 104.4478), "tugu-pahlawan")),
    ("Jl. Tugu Pahlawan", "r2", ("tugu-pahlawan", (0.9222, 104.4470), "kamboja-barat")),
    ("Jl. Kamboja", "r2", ("rri-lama", "kamboja-barat", "rimba-jaya", "kamboja-timur")),
    ("Jl. Gudang Minyak", "r2", ("teuku-umar", (0.9270, 104.4462), "gudang-minyak", (0.9258, 104.4505), "kamboja-timur")),
    ("Jl. Bakar Batu", "r2", ("kamboja-timur", (0.9268, 104.4530), "bakar-batu")),
    ("Jl. SM Amin", "r2", ("kamboja-timur", "haryono-barat")),
    ("", "r3", ("rimba-jaya", (0.9215, 104.4517), "batu-2")),
    ("Jl. Soekarno Hatta", "r2", ("dokabu", "soekarno-hatta", (0.9125, 104.4470), "bundaran-wiratno")),
    ("Jl. Ir. Sutami", "r2", ("batu-2", "sutami-utara", "perla", "suka-berenang", "soekarno-hatta")),
    ("Jl. Timbul Jaya", "r3", ("suka-berenang", (0.9105, 104.4498), "timbul-jaya")),
    ("", "r3", ("timbul-jaya", (0.9040, 104.4505), "kampung-baru-selatan")),
    # middle
    ("", "r2", ("unggat", "unggat-gang-waru", "unggat-ujung")),
    ("Jl. Pramuka", "r2", ("bundaran-pramuka", "lorong-bunyu", "pramuka-selatan")),
    ("Jl. H. Ungar", "r2", ("pegadaian", (0.9045, 104.4640), "ungar", "sei-jang-barat")),
    ("Jl. Lembah Purnama", "r3", ("ramayana", (0.9095, 104.4550), "raja-ali-haji")),
    ("Jl. Sri Katon", "r3", ("pramuka-selatan", "ungar")),
    ("Jl. Sei Jang", "r2", ("simpang-rri", (0.9070, 104.4725), "sei-jang", (0.9010, 104.4735), "sei-jang-selatan")),
    ("Jl. Kapitan", "r3", ("polresta", (0.9070, 104.4750), "sidorejo")),
    ("Jl. Sidorejo", "r3", ("sei-jang-barat", (0.9005, 104.4735), "sidorejo")),
    ("Jl. Sultan Mahmud", "r3", ("sei-jang-selatan", "rhf-selatan")),
    ("Jl. RE Martadinata", "r2", ("batu-6", (0.9155, 104.4762), "martadinata", "sri-payung")),
    # Kampung Bulang, Melayu Kota Piring
    ("Jl. Sultan Sulaiman", "r2", ("garden", "bulang-barat", "bulang", "martadinata")),
    ("", "r3", ("bulang", (0.9225, 104.4705), "bulang-utara")),
    ("Jl. Kijang Lama", "r2", ("kijang-lama", "kijang-lama-utara", "kota-piring-utara")),
    ("Jl. Sukajaya", "r3", ("kijang-lama-utara", "sukajaya", (0.9215, 104.4895), "celak")),
    ("", "r3", ("simpang-lima", "sukajaya")),
    ("Jl. Kuantan", "r2", ("simpang-lima", "kuantan", "kuantan-barat", "batu-6")),
    ("Jl. Peralatan", "r3", ("kijang-lama", (0.9115, 104.4800), "kuantan-barat")),
    ("Jl. Menur", "r3", ("kuantan", "menur", "batu-8")),
    ("Jl. Rawasari", "r3", ("menur", "al-baik")),
    # east
    ("Jl. Radar", "r3", ("batu-10-timur", (0.9100, 104.5058), "radar", "raja-ampat")),
    ("Jl. Raja Ampat", "r3", ("batu-ix-tengah", "raja-ampat", (0.9010, 104.4970), "batu-ix-selatan", "sei-sudip", "dompak-lama")),
    ("", "r2", ("bintan-center", "batu-ix-tengah", "stisipol")),
    ("", "r3", ("radar", "batu-ix-timur", "batu-13")),
    ("Jl. Hang Lekir", "r2", ("batu-10", "hang-lekir", "air-raja")),
    ("Jl. Tanjung Uban Lama", "r3", ("hang-lekir", "rsud-rat")),
    ("Jl. Bandara", "r2", ("bandara", "ganet")),
    ("Jl. Ganet", "r3", ("ganet", "batu-14")),
    ("Jl. Perkutut", "r3", ("batu-12", "perkutut", "ganet")),
    ("Jl. Daeng Kamboja", "r2", ("kamboja-raya", (0.9420, 104.4970), "supratman-14")),
    ("Jl. Sei Timun", "r3", ("supratman-14", "sei-timun", "uban")),
    ("Jl. Sakura", "r3", ("celak", (0.9235, 104.4980), "air-raja")),
    # Kampung Bugis, Senggarang
    ("", "r2", ("bugis-barat", (0.9500, 104.4540), "kampung-bugis", "dermaga-kampung-bugis")),
    ("", "r3", ("bugis-tengah", "bugis-utara", "madong")),
    ("", "r2", ("senggarang-timur", "senggarang", (0.9500, 104.4378), "dermaga-senggarang")),
    ("Jl. Politeknik Senggarang", "r2", ("wali-kota", "politeknik", "tanjung-geliga")),
    ("", "r3", ("wali-kota", "senggarang")),
    # Dompak
    ("", "r2", ("dompak-jembatan", "pelabuhan-dompak")),
    ("", "r2", ("gubernur", "dompak-barat", "tanjung-siambang")),
    ("", "r2", ("dompak-pusat", "nur-ilahi", "umrah", "gubernur")),
    ("", "r3", ("umrah", "dompak-timur")),
    ("", "r2", ("dompak-lama", (0.8780, 104.4955), "dompak-darat", "dompak-seberang")),
    ("", "r2", ("dompak-darat", "wacopek")),
    ("", "r3", ("dompak-seberang", "dompak-selatan")),
    # Penyengat has paths for motorcycle carts only
    ("", "r3", ("dermaga-penyengat", "penyengat-masjid", "penyengat-tengah", "penyengat-bulang")),
    ("", "r3", ("dermaga-penyengat", "penyengat-selatan", "penyengat-tengah")),
    ("", "r3", ("penyengat-masjid", "penyengat-utara", "penyengat-bulang")),
)  # fmt: skip

# (name, km/h, way); the bends are buoys that keep the line on the water
CROSSINGS: tuple[tuple[str, float, tuple[str | tuple[float, float], ...]], ...] = (
    ("Pelantar Kuning - Penyengat", PENYENGAT_CROSSING_KPH, ("pelantar-kuning", (0.9318, 104.4370), (0.9305, 104.4310), "dermaga-penyengat")),
    ("Pelantar 2 - Penyengat", PENYENGAT_CROSSING_KPH, ("pelantar-2", (0.9358, 104.4440), (0.9350, 104.4390), (0.9310, 104.4310), "dermaga-penyengat")),
    ("Pelantar 1 - Pelantar 2", OPEN_WATER_KPH, ("pelantar-1", (0.9356, 104.4425), "pelantar-2")),
    ("Pelantar 1 - Pelantar Kuning", OPEN_WATER_KPH, ("pelantar-1", (0.9350, 104.4400), (0.9320, 104.4372), "pelantar-kuning")),
    ("Sri Bintan Pura - Penyengat", PENYENGAT_CROSSING_KPH, ("sri-bintan-pura", (0.9294, 104.4362), "dermaga-penyengat")),
    ("Sri Bintan Pura - Pelantar Kuning", OPEN_WATER_KPH, ("sri-bintan-pura", (0.9310, 104.4368), "pelantar-kuning")),
    ("Pelantar 1 - Senggarang", OPEN_WATER_KPH, ("pelantar-1", (0.9370, 104.4395), "dermaga-senggarang")),
    ("Pelantar 2 - Kampung Bugis", OPEN_WATER_KPH, ("pelantar-2", (0.9362, 104.4440), "dermaga-kampung-bugis")),
    ("Penyengat - Senggarang", OPEN_WATER_KPH, ("dermaga-penyengat", (0.9370, 104.4320), "dermaga-senggarang")),
    ("Sri Bintan Pura - Dompak", OPEN_WATER_KPH, ("sri-bintan-pura", (0.9240, 104.4340), (0.9050, 104.4345), (0.8950, 104.4450), "pelabuhan-dompak")),
    ("Dompak - Tanjung Siambang", OPEN_WATER_KPH, ("pelabuhan-dompak", (0.8900, 104.4460), (0.8840, 104.4300), "tanjung-siambang")),
    ("Pelantar 2 - Sri Payung", OPEN_WATER_KPH, ("pelantar-2", (0.9360, 104.4470), (0.9345, 104.4600), (0.9340, 104.4690), (0.9305, 104.4770), "sri-payung")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    source: str
    target: str
    name: str
    road_class: str  # r1 r2 r3 ferry
    speed_kph: float | None
    points: tuple[tuple[float, float], ...]  # (lat, lng), ends included


def segments() -> list[Segment]:
    """Each way cut at its junctions."""
    cut = [
        segment for name, road_class, way in ROADS for segment in _cut(name, road_class, None, way)
    ]
    for name, speed_kph, way in CROSSINGS:
        cut.extend(_cut(name, "ferry", speed_kph, way))
    return cut


def _cut(
    name: str, road_class: str, speed_kph: float | None, way: tuple[str | tuple[float, float], ...]
) -> list[Segment]:
    found: list[Segment] = []
    begin, points = "", []
    for step in way:
        if not isinstance(step, str):
            points.append(step)
            continue
        lat, lng, _ = NODES[step]
        points.append((lat, lng))
        if begin:
            found.append(Segment(begin, step, name, road_class, speed_kph, tuple(points)))
        begin, points = step, [(lat, lng)]
    return found
