"""The words by which a text says where: in their searched spelling (geocoding/normalise.py)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# After these words comes a place; after "ke" comes where somebody is to be brought, after "arah" where a road leads.
PLACE_CUES = _words(
    "di dekat depan belakang samping sebelah seberang sekitar area daerah lokasi posisi disini alamat dari dalam"
    " kawasan wilayah sepanjang sebelum sesudah antara at near front in from along"
)
DESTINATION_CUES = _words("ke menuju to")
DIRECTION_CUES = _words("arah towards")

# Words that begin a name; a misspelled name is looked for behind them.
TYPES = _words(
    "jalan simpang kampung gang lorong perumahan pasar masjid musholla surau vihara kelenteng gereja puskesmas hotel"
    " pelabuhan pelantar dermaga jembatan tanjung teluk pulau kelurahan kecamatan bundaran kantor sma smp smk sd taman"
    " lapangan rs bukit batu sei melayu tanjungpinang terminal stasiun apotek klinik toko gedung ruko"
)
# The kinds of place that such a word promises: "kelurahan Merdeka" is not the street of that name.
KINDS_OF_TYPE: dict[str, frozenset[str]] = {
    "jalan": _words("street alley"),
    "gang": _words("alley street neighbourhood"),
    "lorong": _words("alley street neighbourhood"),
    "simpang": _words("junction"),
    "bundaran": _words("junction landmark"),
    "kelurahan": _words("kelurahan"),
    "kecamatan": _words("kecamatan"),
    "kampung": _words("neighbourhood kelurahan"),
    "perumahan": _words("housing neighbourhood"),
    "pulau": _words("island"),
    "pelabuhan": _words("pier"),
    "dermaga": _words("pier"),
    "pasar": _words("market"),
    "masjid": _words("worship"),
    "rs": _words("hospital clinic"),
    "puskesmas": _words("clinic"),
    "jembatan": _words("bridge"),
}
STREET_TYPES = _words("jalan gang lorong")
# Kinds that are an area rather than somewhere to drive to.
AREA_KINDS = _words("kelurahan kecamatan postcode")
# Said by everybody who wants help, so these names are places only behind a word of place ("di depan damkar").
CALLED_FOR = _words("fire_station rescue police hospital")
# A name and a common word at once (the school MAN): a place only behind a word of place, too.
ALSO_WORDS = _words(
    "man apa baru lama besar makmur damai bersama sehat merdeka maju setia tebing pasir tanah"
)
# In so many names that they tell none from others.
GENERIC = _words(
    "utama raya baru lama indah jaya permai asri tengah timur barat utara selatan dalam ujung besar kecil atas bawah kota"
    " damai makmur sentosa mulia jalan kampung komplek pintu lapangan"
)
# Between two streets these say that their junction is meant.
JUNCTION_WORDS = _words("simpang pojok sudut corner ketemu bertemu potong persilangan")
AND_WORDS = _words("dan and sama dengan x")
# Titles in names of streets, which people leave out, mistake or write in full.
TITLES = _words(
    "brigjen letjen mayjen jend jenderal kolonel kapten mayor letnan sersan laksamana marsekal dr ir prof drs h hj haji kh"
    " kyai raden raja sultan panglima pangeran daeng tengku teuku pahlawan"
)  # fmt: skip
# Behind these comes a number that belongs to an address.
NUMBER_CUES = _words("no")
UNIT_WORDS = _words("blok no lantai rt rw lt kav kavling")
METRES = _words("m meter metre metres meters mtr")

NO_NAME = _words(
    "ada api air asap bakar banjir bantuan bapak pak bu besar ibu itu ini jalanan jatuh kami kebakaran kecelakaan kejadian"
    " korban lagi luka mobil mohon motor orang pohon rumah saya sakit segera sekarang sini sudah tabrakan tolong tumbang"
    " warga yang kebanjiran pingsan tenggelam pencurian terbakar kapal perahu sedang parah cepat selamat malam pagi siang"
    " sore terima kasih please help fire accident person water house tadi juga sangat sekali tidak belum akan untuk dengan"
    " karena akibat sampai atau dan the and there is was are have has car crash sudahlah masih harap lurah camat rt rw no"
    " blok lantai hari dari pada oleh kalau bisa macet genangan setinggi hujan deras listrik tinggi dalam parit got selokan"
    " minta kirim petugas ambulans pemadam polisi informasi laporan lapor melaporkan ular pokok lorikah truk bus sepeda"
    " burning flood flooded drowning injured bleeding hurry fast now my our we"
)  # fmt: skip
