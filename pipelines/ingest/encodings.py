"""Which encoding bytes are in that are no Unicode, told by what they would say.

Bytes mostly decode in several encodings, but in the wrong one they say what nobody writes: rare
characters, capitals within words, Han in the middle of a Latin word. So each encoding is asked for
the share of its letters that are usual: the characters that its standard put first because they are
the commonest, Cyrillic ones in whole words, the accented letters of one language. Where several
may be, as Korean and Chinese share their bytes, the few hundred commonest characters decide; and
where those don't either, nothing is guessed: `niño` may be Polish `nińo`.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

LEAST_USUAL = 0.8
"""An encoding is possible where this share of its letters is usual."""
LEAST_COMMON = 0.2
LEAST_LEAD = 2.0
"""Of several possible ones the one is taken whose commonest characters are this share of its
letters, and this many times the share of the next."""

_HANGUL = (
    "이다는에을가의하고를지은로한서도어있기사나자라해인아게시니대요일수리보정그들부전주만안여구저"
    "습스장오제원상우무동것면성세비적신금과입까없유용거거미드치공마연선조문바트계으경모때중소거러번"
    "출영발생국분물방내된되및확행결청위업학월회진단화야직관내명년될당받심건교양난통등야외실와려데했"
    "았었습겠요호좋감더못안잘왜언제어떻께님네죄송합니다시작완료처리문의답변배송환불반품주문결제계좌"
    "입금출금로그인밀번호카드수료취소신청접수상담고객센터이메일제목상태날짜채널팀담당"
)
_SIMPLIFIED = (
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过"
    "家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从请问帐账户提现币"
    "充值登录密码验证手机号邮箱身份证银行卡转钱款订单退货物流快递客服回复处理申请审核通过失败成功取消已未待完"
    "什怎样吗呢吧谢您给把被让但因所以如果为何时候今明昨月周点号名称状态标题主题类型内容来源渠道部门备注编创建更新"
    "商品价格系统软件应用网站页面打开闭显示错误问解决办帮助需支付到收费用交易市场买卖限额安全设置"
)
_TRADITIONAL = (
    "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生自會那後能對著事其裡所去行過"
    "家十用發天如然作方成者多日都三小無同麼經法當起與好看學進種將還分此心前面又定見只主沒公從請問帳戶提現幣"
    "充值登入錄密碼驗證手機號郵箱身份證銀行卡轉錢款訂單退貨物流快遞客服回覆處理申請審核通過失敗成功取消已未待完"
    "什怎樣嗎呢吧謝您給把被讓但因所以如果為何時候今明昨月週點號名稱狀態標題主題類型內容來源渠道部門備註編創建更新"
    "商品價格系統軟體應用網站頁面打開閉顯示錯誤解決辦幫助需支付收費交易市場買賣限額安全設置密碼聯絡信"
)
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ")
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
_WESTERN = (
    "àâçéèêëîïôœùûü", "äöüß", "áéíñóúüªº", "áâãàçéêíóôõúü", "àèéìíòóù", "åäöéæø", "éëïóöü",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß",
)  # fmt: skip
_SIGNS = frozenset("‘’“”„–—…€£°«»¿¡·§№™®©")

_LONE = re.compile(r"(?<=[a-z])[^\x00-\x7f](?![^\x00-\x7f])")
_IN_RUN = re.compile(r"(?<![A-Za-z])[^\W\da-zA-Z_]{2,}+(?![A-Za-z])")
_SWAPPED = re.compile(r"[а-яёіїєґ][А-ЯЁІЇЄҐ]")


@dataclass(frozen=True)
class Said:
    """What bytes say in one encoding. `letters`: those beyond ASCII, with how often; `marks`: what
    else is beyond ASCII and no common sign; `lone`: how many letters end a Latin word; `in_runs`:
    how many stand together, apart from Latin ones; `swapped`: how many Cyrillic capitals follow a
    small letter."""

    letters: Counter
    marks: int
    lone: int
    in_runs: int
    swapped: int

    @property
    def count(self) -> int:
        return self.letters.total()

    def share(self, characters: Iterable[str]) -> float:
        return sum(self.letters[each] for each in characters) / max(self.count, 1)


@dataclass(frozen=True)
class _Encoding:
    name: str
    what: str
    usual: Callable[[Said], float]
    common: frozenset[str]


def _in_rows(codec: str, first: int, last: int) -> frozenset[str]:
    """The characters whose two bytes in `codec` lie between these."""
    found = set()
    for number in range(first, last + 1):
        try:
            found.add(number.to_bytes(2, "big").decode(codec))
        except UnicodeDecodeError:
            continue
    return frozenset(found)


@cache
def _encodings() -> tuple[_Encoding, ...]:
    kana = frozenset(map(chr, range(ord("ぁ"), ord("ヿ"))))
    hangul = _in_rows("euc_kr", 0xB0A1, 0xC8FE)
    simplified = _in_rows("gb2312", 0xB0A1, 0xD7F9)
    traditional = _in_rows("big5", 0xA440, 0xC67E)
    japanese = _in_rows("shift_jis", 0x889F, 0x9872) | kana

    def eastern(characters: frozenset[str]) -> Callable[[Said], float]:
        return lambda said: said.share(characters) - said.lone / max(said.count, 1)

    def cyrillic(said: Said) -> float:
        letters = _CYRILLIC | set(map(str.upper, _CYRILLIC))
        return said.share(letters) * (said.in_runs - 2 * said.swapped) / max(said.count, 1)

    def latin(alphabets: tuple[str, ...]) -> Callable[[Said], float]:
        """All letters one language's, single among those of ASCII, and nothing else but signs."""
        known = [frozenset(each + each.upper()) for each in alphabets]

        def usual(said: Said) -> float:
            is_apart = not said.marks and said.in_runs * 2 <= said.count
            return float(is_apart and (not said.count or max(map(said.share, known)) == 1))

        return usual

    cyrillic_words, latin_words = "Cyrillic letters in words", "letters of one language"
    return (
        _Encoding("cp949", "Hangul in everyday use", eastern(hangul), frozenset(_HANGUL)),
        _Encoding("gb18030", "everyday Han", eastern(simplified), frozenset(_SIMPLIFIED)),
        _Encoding("big5", "everyday Han", eastern(traditional), frozenset(_TRADITIONAL)),
        _Encoding("cp932", "kana and everyday kanji", eastern(japanese), japanese),
        _Encoding("cp1251", cyrillic_words, cyrillic, _COMMON_CYRILLIC),
        _Encoding("koi8-r", cyrillic_words, cyrillic, _COMMON_CYRILLIC),
        _Encoding("cp1252", latin_words, latin(_WESTERN), frozenset("".join(_WESTERN))),
        _Encoding("cp1250", latin_words, latin(_CENTRAL), frozenset("".join(_CENTRAL))),
    )


def encoding_of(sample: bytes) -> tuple[str, str] | list[str]:
    """Python's name of the encoding of these bytes, which may end within a character, and how it is
    known; a list of those that it may be where nothing decides."""
    possible: dict[str, tuple[float, str, str]] = {}
    for encoding in _encodings():
        text = _strictly(sample, encoding.name)
        said = _said(text) if text else None
        if said is None:
            continue
        usual = encoding.usual(said)
        if usual >= LEAST_USUAL and all(text != other for _, _, other in possible.values()):
            evidence = f"{usual:.0%} of {said.count:,} characters are {encoding.what}"
            possible[encoding.name] = (said.share(encoding.common), evidence, text)
    names = sorted(possible, key=lambda name: possible[name][0], reverse=True)
    if len(names) > 1:
        first, second = (possible[name][0] for name in names[:2])
        if first < max(LEAST_COMMON, LEAST_LEAD * second):
            return names
    return (names[0], possible[names[0]][1]) if names else []


def _strictly(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _said(text: str) -> Said:
    beyond = Counter({each: n for each, n in Counter(text).items() if each >= "\x80"})
    letters = Counter({each: n for each, n in beyond.items() if _is_letter(each)})
    marks = sum(n for each, n in beyond.items() if each not in letters and each not in _SIGNS)
    in_runs = sum(map(len, _IN_RUN.findall(text)))
    swapped = len(_SWAPPED.findall(text))
    return Said(letters, marks, len(_LONE.findall(text)), in_runs, swapped)


def _is_letter(character: str) -> bool:
    """Full-width Latin says nothing of its encoding."""
    return character.isalpha() and not "\uff00" <= character <= "\uff65"
