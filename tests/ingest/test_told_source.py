"""A source that the user tells is taken at his word, as far as the file is one at all."""

import pytest

from pipelines.errors import SupportQualityError
from pipelines.ingest.sources import sources


@pytest.mark.parametrize("name", sorted(sources()))
@pytest.mark.parametrize("text", ["x,y\n1,2\n", '{"x": 1}\n{"x": 2}\n'], ids=["table", "json"])
def test_a_file_that_the_told_source_cannot_read_is_refused_in_one_line(intake, name, text):
    path = intake.file("export.txt", text)
    with pytest.raises(SupportQualityError) as error:
        intake.load(path, source=name, zone="Asia/Seoul")
    assert "\n" not in str(error.value)
